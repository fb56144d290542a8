#include "codegen/BuildExecutable.h"
#include "codegen/EmitKernels.h"
#include "codegen/Installation.h"

#include "runtime/Errors.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

#include <cstdlib>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace fs = std::filesystem;

namespace loup {

fs::path installation() {
  std::string program =
      llvm::sys::fs::getMainExecutable(nullptr, reinterpret_cast<void *>(&installation));
  return fs::path(program).parent_path().parent_path();
}

std::string findCompiler() {
  if (const char *chosen = std::getenv("CXX"); chosen && *chosen) {
    if (auto found = llvm::sys::findProgramByName(chosen))
      return *found;
    throw UserError("CXX is set to '" + std::string(chosen) +
                    "', which is no program; set it to a C++20 compiler");
  }
  for (const char *name : {"clang++-22", "clang++", "g++", "c++"})
    if (auto found = llvm::sys::findProgramByName(name))
      return *found;
  throw UserError("no C++ compiler found: install clang or g++, or set CXX to one");
}

namespace {

std::string read(const fs::path &path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

/// A folder that is gone again at the end.
struct TemporaryFolder {
  fs::path path;

  explicit TemporaryFolder(const fs::path &parent)
      : path(parent / (".loup-" + std::to_string(getpid()))) {
    fs::create_directories(path);
  }
  ~TemporaryFolder() {
    std::error_code ignored;
    fs::remove_all(path, ignored);
  }
};

void run(const std::vector<std::string> &command, const fs::path &scratch) {
  llvm::SmallVector<llvm::StringRef> arguments(command.begin(), command.end());
  std::string log = (scratch / "compiler.log").string();
  std::optional<llvm::StringRef> redirects[] = {std::nullopt, llvm::StringRef(log),
                                                llvm::StringRef(log)};
  std::string error;
  int status =
      llvm::sys::ExecuteAndWait(command.front(), arguments, std::nullopt, redirects, 0, 0, &error);
  if (status != 0)
    throw InternalError("printed programs compile and link, but " + command.front() +
                        " answered:\n" + error + read(log));
}

class Toolchain {
public:
  Toolchain(const std::string &compiler, const fs::path &scratch)
      : compiler(compiler), scratch(scratch) {
    for (const auto &header : fs::directory_iterator(installation() / "include" / "runtime"))
      if (header.path().extension() == ".h")
        headers.push_back(header.path());
    std::sort(headers.begin(), headers.end());
  }

  /// The object of `sources[i]`, which includes others of them.
  fs::path compile(const std::vector<PrintedFile> &sources, const PrintedFile &source) {
    std::vector<std::string> content{compiler, source.name};
    for (const PrintedFile &file : sources)
      if (file.name == source.name || file.name.ends_with(".h"))
        content.push_back(file.text);
    for (const fs::path &header : headers)
      content.push_back(read(header));
    fs::path cached = cacheFolder("drivers") / (contentHash(content) + ".o");
    if (fs::exists(cached))
      return cached;
    std::string object = (scratch / (source.name + ".o")).string();
    run({compiler, "-std=c++20", "-O1", "-fPIC", "-I" + (installation() / "include").string(), "-c",
         (scratch / source.name).string(), "-o", object},
        scratch);
    writeWhole(cached, read(object));
    return cached;
  }

  void link(const std::vector<fs::path> &objects, const fs::path &program) {
    std::vector<std::string> command{compiler};
    for (const fs::path &object : objects)
      command.push_back(object.string());
    for (const char *library : runtimeLibraries)
      command.push_back((installation() / "lib" / library).string());
    for (const char *flag : {"-l:libz.a", "-static-libstdc++", "-static-libgcc", "-pthread", "-o"})
      command.push_back(flag);
    command.push_back(program.string());
    run(command, scratch);
  }

private:
  std::string compiler;
  fs::path scratch;
  std::vector<fs::path> headers;
};

} // namespace

void buildExecutables(const std::vector<PrintedFile> &sources, const std::vector<fs::path> &kernels,
                      const std::string &compiler, const fs::path &folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (error || access(folder.c_str(), W_OK) != 0)
    throw UserError("cannot write to the folder " + folder.string());
  TemporaryFolder scratch(folder);
  for (const PrintedFile &file : sources)
    writeWhole(scratch.path / file.name, file.text);

  Toolchain tools(compiler, scratch.path);
  std::vector<fs::path> shared = kernels;
  std::vector<const PrintedFile *> mains;
  for (const PrintedFile &file : sources)
    if (file.name == "model.cpp")
      shared.push_back(tools.compile(sources, file));
    else if (file.name.ends_with(".cpp"))
      mains.push_back(&file);
  for (const PrintedFile *main : mains) {
    if (fs::path place = folder / fs::path(main->name).stem(); fs::is_directory(place))
      throw UserError(place.string() + " is a folder, where a program is to be written; give -o "
                                       "another folder or move it away");
    std::vector<fs::path> objects = shared;
    objects.push_back(tools.compile(sources, *main));
    tools.link(objects, scratch.path / fs::path(main->name).stem());
  }

  // Everything is made: put it in place, file by file, so that other files in the folder stay.
  fs::create_directories(folder / "source");
  for (const PrintedFile &file : sources)
    fs::rename(scratch.path / file.name, folder / "source" / file.name);
  for (const PrintedFile *main : mains)
    fs::rename(scratch.path / fs::path(main->name).stem(), folder / fs::path(main->name).stem());
}

} // namespace loup
