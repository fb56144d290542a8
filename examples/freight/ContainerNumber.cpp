#include "examples/freight/ContainerNumber.h"

namespace loup::freight {

int checkDigit(std::string_view ownerAndSerial) {
  // Letters count from 10 and leave out the multiples of 11, the modulus.
  constexpr int letters[] = {10, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 23, 24,
                             25, 26, 27, 28, 29, 30, 31, 32, 34, 35, 36, 37, 38};
  int sum = 0, weight = 1;
  for (char c : ownerAndSerial) {
    sum += weight * (c >= 'A' ? letters[c - 'A'] : c - '0');
    weight *= 2;
  }
  return sum % 11;
}

} // namespace loup::freight
