// The trainer of tests/runtime/Cipher.h, with dropout.
#include "runtime/Train.h"
#include "tests/runtime/Cipher.h"

int main(int argc, char **argv) {
  return loup::trainMain(argc, argv, [] {
    return std::unique_ptr<loup::Model>(
        std::make_unique<loup::test::ToyModel>(loup::test::cipherDescription(), 0.1f));
  });
}
