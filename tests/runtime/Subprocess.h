// Programs started as a user starts them.
#pragma once

#include <gtest/gtest.h>

#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <poll.h>
#include <spawn.h>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char **environ;

namespace loup::test {

/// A directory of its own that goes when the object does.
class TemporaryDirectory {
public:
  TemporaryDirectory() {
    std::string name = (std::filesystem::temp_directory_path() / "loup-test-XXXXXX").string();
    path = mkdtemp(name.data());
  }
  ~TemporaryDirectory() { std::filesystem::remove_all(path); }

  std::string operator/(const std::string &name) const { return path / name; }

private:
  std::filesystem::path path;
};

inline void writeFile(const std::string &path, const std::string &text) {
  std::ofstream(path, std::ios::binary) << text;
}

inline std::string readFile(const std::string &path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// How a program ended.
struct Ending {
  int code = -1;  // its exit code, or
  int signal = 0; // the signal that ended it
  std::string output, errors;
};

/// A program whose standard input and output are pipes, unless files are named for them, and whose
/// standard error is a file.
class Subprocess {
public:
  struct Files {
    std::string input, output;
  };

  explicit Subprocess(std::vector<std::string> command) : Subprocess(std::move(command), {}) {}

  Subprocess(std::vector<std::string> command, const Files &named) {
    int input[2], answers[2];
    EXPECT_EQ(pipe2(input, O_CLOEXEC), 0);
    EXPECT_EQ(pipe2(answers, O_CLOEXEC), 0);
    std::vector<char *> arguments;
    for (std::string &word : command)
      arguments.push_back(word.data());
    arguments.push_back(nullptr);
    posix_spawn_file_actions_t files;
    posix_spawn_file_actions_init(&files);
    connect(files, named.input, O_RDONLY, input[0], STDIN_FILENO);
    connect(files, named.output, O_WRONLY, answers[1], STDOUT_FILENO);
    posix_spawn_file_actions_addopen(&files, STDERR_FILENO, (directory / "errors").c_str(),
                                     O_WRONLY | O_CREAT, 0600);
    EXPECT_EQ(posix_spawn(&process, arguments[0], &files, nullptr, arguments.data(), environ), 0)
        << command[0];
    posix_spawn_file_actions_destroy(&files);
    close(input[0]);
    close(answers[1]);
    toProgram = input[1];
    fromProgram = answers[0];
  }

  ~Subprocess() {
    closeInput();
    closeOutput();
    if (process > 0) {
      kill(process, SIGKILL);
      waitpid(process, nullptr, 0);
    }
  }

  void closeInput() { shut(toProgram); }
  void closeOutput() { shut(fromProgram); }

  void signal(int number) const { kill(process, number); }

  /// Writes little enough for the pipe to hold. A program that does not read is no error.
  void write(const std::string &text) {
    auto previous = std::signal(SIGPIPE, SIG_IGN);
    [[maybe_unused]] ssize_t written = ::write(toProgram, text.data(), text.size());
    std::signal(SIGPIPE, previous);
  }

  /// The next line of output with its end; less at the end of output or after `seconds`.
  std::string readLine(int seconds = 20) {
    std::string line;
    pollfd arrival{fromProgram, POLLIN, 0};
    char c;
    while (poll(&arrival, 1, seconds * 1000) > 0 && ::read(fromProgram, &c, 1) == 1) {
      line += c;
      if (c == '\n')
        break;
    }
    return line;
  }

  /// The next `count` bytes of output; less at its end or where none comes for `seconds`.
  std::string read(size_t count, int seconds = 20) {
    std::string text;
    pollfd arrival{fromProgram, POLLIN, 0};
    char c;
    while (text.size() < count && poll(&arrival, 1, seconds * 1000) > 0 &&
           ::read(fromProgram, &c, 1) == 1)
      text += c;
    return text;
  }

  /// Closes its input, reads the rest of its output and waits for its end.
  Ending finish() {
    closeInput();
    Ending ending;
    char chunk[4096];
    for (ssize_t count; fromProgram >= 0 && (count = ::read(fromProgram, chunk, sizeof chunk)) > 0;)
      ending.output.append(chunk, count);
    int status;
    waitpid(process, &status, 0);
    process = 0;
    ending.code = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
    ending.signal = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    ending.errors = readFile(directory / "errors");
    return ending;
  }

private:
  static void connect(posix_spawn_file_actions_t &files, const std::string &name, int mode,
                      int pipeEnd, int standard) {
    if (name.empty())
      posix_spawn_file_actions_adddup2(&files, pipeEnd, standard);
    else
      posix_spawn_file_actions_addopen(&files, standard, name.c_str(), mode, 0);
  }

  static void shut(int &descriptor) {
    if (descriptor >= 0)
      close(descriptor);
    descriptor = -1;
  }

  TemporaryDirectory directory;
  pid_t process = 0;
  int toProgram = -1, fromProgram = -1;
};

/// Runs a program to its end on `input`, which may be of any size.
inline Ending run(const std::vector<std::string> &command, const std::string &input = {}) {
  TemporaryDirectory directory;
  writeFile(directory / "input", input);
  return Subprocess(command, {directory / "input", {}}).finish();
}

} // namespace loup::test
