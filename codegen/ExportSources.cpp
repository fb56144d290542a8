#include "codegen/ExportSources.h"
#include "codegen/EmitKernels.h"
#include "codegen/Installation.h"

#include "runtime/Errors.h"

namespace fs = std::filesystem;

namespace loup {

static constexpr const char *makefile =
    R"(# `make` builds train and translate; CXX is a C++20 compiler.
CXX ?= c++
CXXFLAGS ?= -O1

all: train translate

train translate: %: %.cpp model.cpp $(wildcard *.h)
	$(CXX) -std=c++20 $(CXXFLAGS) -I. $< model.cpp kernels/*.o \
	  lib/libloup_runtime.a lib/libsentencepiece_train.a lib/libsentencepiece.a \
	  -l:libz.a -static-libstdc++ -static-libgcc -pthread -o $@

clean:
	rm -f train translate

.PHONY: all clean
)";

static void exportAll(const std::vector<PrintedFile> &sources, const std::vector<fs::path> &kernels,
                      const fs::path &folder) {
  constexpr auto replacing = fs::copy_options::overwrite_existing;
  for (const char *part : {"kernels", "lib", "runtime"})
    fs::create_directories(folder / part);
  for (const PrintedFile &file : sources)
    writeWhole(folder / file.name, file.text);
  writeWhole(folder / "Makefile", makefile);
  for (const fs::path &kernel : kernels)
    fs::copy_file(kernel, folder / "kernels" / kernel.filename(), replacing);
  for (const auto &entry : fs::directory_iterator(installation() / "include/runtime"))
    if (entry.path().extension() == ".h")
      fs::copy_file(entry.path(), folder / "runtime" / entry.path().filename(), replacing);
  for (const char *library : runtimeLibraries)
    fs::copy_file(installation() / "lib" / library, folder / "lib" / library, replacing);
}

void exportSources(const std::vector<PrintedFile> &sources, const std::vector<fs::path> &kernels,
                   const fs::path &folder) {
  try {
    exportAll(sources, kernels, folder);
  } catch (const fs::filesystem_error &error) {
    throw UserError(std::string("the programs cannot be written: ") + error.what());
  }
}

} // namespace loup
