// Lines that arrive over time.
#pragma once

#include <cstdint>
#include <string>

namespace loup {

/// Reads UTF-8 lines from a file, pipe or terminal, and knows whether the next one has arrived.
/// Line ends are "\n" or "\r\n", a byte order mark at the start is dropped, and the last line needs
/// no end. Throws UserError, with `name`, where reading fails or a line is not UTF-8.
class LineStream {
public:
  LineStream(int descriptor, std::string name) : descriptor(descriptor), name(std::move(name)) {}

  /// Waits for the next line and reads it, without its end; false when no more will come.
  bool next(std::string &line);

  /// Waits until more words of the next line are whole than `words` holds, and sets it to the line
  /// up to there. A word is whole where a space or a tab stands behind it. False, and `words` as it
  /// was, where the line is whole or no more will come: then next() answers without waiting.
  bool nextWords(std::string &words);

  /// Whether next() would answer without waiting.
  bool ready();

  /// The number of the line read last, from 1; 0 before the first.
  int64_t lineNumber() const { return number; }

private:
  bool complete();
  void receive();
  size_t lineBegin() const;

  int descriptor;
  std::string name;
  std::string buffer; // what has arrived and was not handed out starts at `begin`
  size_t begin = 0;
  size_t searched = 0; // there is no line end in buffer[begin .. searched)
  bool ended = false;
  int64_t number = 0;
};

} // namespace loup
