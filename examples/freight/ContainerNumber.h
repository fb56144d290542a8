// Container numbers as ISO 6346 defines them: owner code, category, serial number, check digit.
#pragma once

#include <string>
#include <string_view>

namespace loup::freight {

/// The check digit of the ten characters before it, such as "CSQU305438". 10 stands for a remainder
/// that no digit has; ISO 6346 recommends not to use such serial numbers.
int checkDigit(std::string_view ownerAndSerial);

} // namespace loup::freight
