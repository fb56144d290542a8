#include "codegen/BuildExecutable.h"
#include "codegen/Cache.h"
#include "codegen/Installation.h"
#include "codegen/TemporaryFolder.h"

#include "runtime/Errors.h"
#include "runtime/Files.h"

#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Program.h"

#include <cstdlib>

namespace fs = std::filesystem;

namespace loup {

fs::path installation() {
  std::string program =
      llvm::sys::fs::getMainExecutable(nullptr, reinterpret_cast<void *>(&installation));
  return fs::path(program).parent_path().parent_path();
}

void requireInstallation() {
  std::vector<fs::path> parts{fs::path("include") / "runtime"};
  for (const char *library : runtimeLibraries)
    parts.push_back(fs::path("lib") / library);
  for (const fs::path &part : parts)
    if (std::error_code error; !fs::exists(installation() / part, error))
      throw UserError("this installation of Loup has no " + (installation() / part).string() +
                      ", of which programs are made; install all of it again");
}

namespace {

struct Answer {
  bool isGood;
  std::string text; // standard output and error
};

Answer run(const std::vector<std::string> &command) {
  TemporaryFolder scratch;
  std::string log = (scratch / "answer").string(), error;
  llvm::SmallVector<llvm::StringRef> arguments(command.begin(), command.end());
  std::optional<llvm::StringRef> redirects[] = {std::nullopt, llvm::StringRef(log),
                                                llvm::StringRef(log)};
  int status =
      llvm::sys::ExecuteAndWait(command.front(), arguments, std::nullopt, redirects, 0, 0, &error);
  return {status == 0, error + readFile(log).value_or("")};
}

/// Nothing where `program` compiles no C++20 with its library.
std::optional<Compiler> asCompiler(const std::string &program) {
  Answer macros =
      run({program, "-std=c++20", "-include", "version", "-dM", "-E", "-x", "c++", "/dev/null"});
  if (!macros.isGood || macros.text.find("__cplusplus") == std::string::npos)
    return {};
  return Compiler{program, macros.text};
}

} // namespace

Compiler findCompiler() {
  if (const char *chosen = std::getenv("CXX"); chosen && *chosen) {
    auto found = llvm::sys::findProgramByName(chosen);
    if (!found)
      throw UserError("CXX is set to '" + std::string(chosen) +
                      "', which is no program; set it to a C++20 compiler");
    if (auto compiler = asCompiler(*found))
      return *compiler;
    throw UserError("CXX is set to '" + std::string(chosen) +
                    "', which cannot compile C++20; set it to clang or g++");
  }
  for (const char *name : {"clang++-22", "clang++", "g++", "c++"})
    if (auto found = llvm::sys::findProgramByName(name))
      if (auto compiler = asCompiler(*found))
        return *compiler;
  throw UserError("no C++ compiler found: install clang or g++, or set CXX to one");
}

namespace {

constexpr std::array flags = {"-std=c++20", "-O1", "-fPIC"};

class Toolchain {
public:
  Toolchain(const Compiler &compiler, const TemporaryFolder &scratch)
      : compiler(compiler), scratch(scratch) {
    for (const auto &header : fs::directory_iterator(installation() / "include" / "runtime"))
      if (header.path().extension() == ".h")
        headers.push_back(header.path());
    std::sort(headers.begin(), headers.end());
  }

  /// The object of `sources[i]`, which includes others of them.
  fs::path compile(const std::vector<PrintedFile> &sources, const PrintedFile &source) {
    std::vector<std::string> content{compiler.path, compiler.macros, source.name};
    content.insert(content.end(), flags.begin(), flags.end());
    for (const PrintedFile &file : sources)
      if (file.name == source.name || file.name.ends_with(".h"))
        content.push_back(file.text);
    for (const fs::path &header : headers)
      content.push_back(readFile(header).value_or(""));
    return cache
        .obtain(content,
                [&] {
                  std::string object = (scratch / (source.name + ".o")).string();
                  std::vector<std::string> all(flags.begin(), flags.end());
                  all.insert(all.end(), {"-I" + (installation() / "include").string(), "-c",
                                         (scratch / source.name).string(), "-o", object});
                  command(all);
                  return readFile(object).value_or("");
                })
        .path;
  }

  void link(const std::vector<fs::path> &objects, llvm::ArrayRef<const char *> options,
            const fs::path &program) {
    std::vector<std::string> arguments(objects.begin(), objects.end());
    for (const char *library : runtimeLibraries)
      arguments.push_back((installation() / "lib" / library).string());
    arguments.insert(arguments.end(), options.begin(), options.end());
    arguments.insert(arguments.end(), {"-o", program.string()});
    command(arguments);
  }

  void removeUnused() const { cache.removeUnused(); }

private:
  void command(const std::vector<std::string> &arguments) {
    std::vector<std::string> words{compiler.path};
    words.insert(words.end(), arguments.begin(), arguments.end());
    if (Answer answer = run(words); !answer.isGood) {
      requireCompilerThatLinks();
      throw InternalError("printed programs compile and link, but " + compiler.path +
                          " answered:\n" + answer.text);
    }
  }

  /// Tells a compiler that makes no program at all, such as gcc for g++, from one that refuses
  /// ours.
  void requireCompilerThatLinks() const {
    std::string source = (scratch / "trial.cpp").string();
    writeFile(
        source,
        "#include <string>\nint main(int n, char **) { return std::string(n, 'a') == \"b\"; }\n");
    std::vector<std::string> words{compiler.path, "-std=c++20", source};
    words.insert(words.end(), linkFlags.begin(), linkFlags.end());
    words.insert(words.end(), {"-o", (scratch / "trial").string()});
    if (Answer answer = run(words); !answer.isGood)
      throw UserError(compiler.path +
                      " cannot make C++ programs; set CXX to clang or g++. It says:\n" +
                      answer.text);
  }

  Compiler compiler;
  const TemporaryFolder &scratch;
  Cache cache{"drivers"};
  std::vector<fs::path> headers;
};

/// What opens a measured model. Kernels find each other and the thread pool in their own library.
const PrintedFile opening = {"open.cpp", R"(#include "model.h"

#include "runtime/MeasuredModel.h"
#include "runtime/ThreadPool.h"

extern "C" loup::MeasuredModel loup_open(int threads) {
  loup::setThreadCount(threads);
  return {makeModel().release(), &loup::partTimes()};
}
)"};
constexpr std::array libraryFlags = {"-shared", "-Wl,-Bsymbolic", "-pthread"};

} // namespace

void buildLibrary(std::vector<PrintedFile> sources, const std::vector<EmittedKernel> &kernels,
                  const Compiler &compiler, const fs::path &library) {
  TemporaryFolder scratch(library.parent_path());
  sources.push_back(opening);
  for (const PrintedFile &file : sources)
    writeFile(scratch / file.name, file.text);

  Toolchain tools(compiler, scratch);
  std::vector<fs::path> objects;
  for (const EmittedKernel &kernel : kernels)
    objects.push_back(kernel.object);
  for (const PrintedFile &file : sources)
    if (file.name == "model.cpp" || file.name == opening.name)
      objects.push_back(tools.compile(sources, file));
  tools.link(objects, libraryFlags, library);
}

void buildExecutables(const std::vector<PrintedFile> &sources,
                      const std::vector<EmittedKernel> &kernels, const Compiler &compiler,
                      const fs::path &folder) {
  TemporaryFolder scratch(folder);
  for (const PrintedFile &file : sources)
    writeFile(scratch / file.name, file.text);

  Toolchain tools(compiler, scratch);
  std::vector<fs::path> shared;
  for (const EmittedKernel &kernel : kernels)
    shared.push_back(kernel.object);
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
    tools.link(objects, linkFlags, scratch / fs::path(main->name).stem());
  }
  tools.removeUnused();

  // Everything is made: put it in place, file by file, so that other files in the folder stay.
  fs::create_directories(folder / "source");
  for (const PrintedFile &file : sources)
    fs::rename(scratch / file.name, folder / "source" / file.name);
  for (const PrintedFile *main : mains)
    fs::rename(scratch / fs::path(main->name).stem(), folder / fs::path(main->name).stem());
}

} // namespace loup
