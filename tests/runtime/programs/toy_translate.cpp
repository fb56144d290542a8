// The translator of tests/runtime/Cipher.h.
#include "runtime/Translate.h"
#include "tests/runtime/Cipher.h"

int main(int argc, char **argv) {
  return loup::translateMain(argc, argv, loup::test::makeCipherModel);
}
