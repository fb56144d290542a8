#include "codegen/ExportSources.h"
#include "codegen/Installation.h"

#include "runtime/Errors.h"
#include "runtime/Files.h"

namespace fs = std::filesystem;

namespace loup {

static std::string makefile(const std::vector<EmittedKernel> &kernels) {
  std::string text =
      R"(# `make` builds train and translate; `make CXX=...` with another C++20 compiler.
CXXFLAGS ?= -O1

objects =)";
  for (const EmittedKernel &kernel : kernels)
    text += " \\\n  kernels/" + kernel.name + ".o";
  text += "\nlibraries =";
  for (const char *library : runtimeLibraries)
    text += " \\\n  lib/" + std::string(library);
  text += "\nflags =";
  for (const char *flag : linkFlags)
    text += " " + std::string(flag);
  return text + R"(

all: train translate

train translate: %: %.o model.o $(objects) $(libraries)
	$(CXX) $^ $(flags) -o $@

%.o: %.cpp $(wildcard *.h)
	$(CXX) -std=c++20 $(CXXFLAGS) -I. -c $< -o $@

clean:
	rm -f train translate *.o

.PHONY: all clean
)";
}

static void exportAll(const std::vector<PrintedFile> &sources,
                      const std::vector<EmittedKernel> &kernels, const fs::path &folder) {
  constexpr auto replacing = fs::copy_options::overwrite_existing;
  for (const char *part : {"kernels", "lib", "runtime"})
    fs::create_directories(folder / part);
  for (const PrintedFile &file : sources)
    writeFile(folder / file.name, file.text);
  writeFile(folder / "Makefile", makefile(kernels));
  for (const EmittedKernel &kernel : kernels)
    fs::copy_file(kernel.object, folder / "kernels" / (kernel.name + ".o"), replacing);
  for (const auto &entry : fs::directory_iterator(installation() / "include/runtime"))
    if (entry.path().extension() == ".h")
      fs::copy_file(entry.path(), folder / "runtime" / entry.path().filename(), replacing);
  for (const char *library : runtimeLibraries)
    fs::copy_file(installation() / "lib" / library, folder / "lib" / library, replacing);
}

void exportSources(const std::vector<PrintedFile> &sources,
                   const std::vector<EmittedKernel> &kernels, const fs::path &folder) {
  try {
    exportAll(sources, kernels, folder);
  } catch (const fs::filesystem_error &error) {
    throw UserError(std::string("the programs cannot be written: ") + error.what());
  }
}

} // namespace loup
