#include "codegen/Wrap.h"

#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringRef.h"

namespace loup {

static constexpr size_t columns = 100;

std::string wrapped(size_t indent, const std::string &head, llvm::ArrayRef<std::string> parts,
                    const std::string &tail, const std::string &joint) {
  std::string brokenJoint = llvm::StringRef(joint).rtrim().str();
  std::string text, line = std::string(indent, ' ') + head;
  const std::string margin = head == "// " ? line : std::string(line.size(), ' ');
  bool isEmpty = true; // nothing but the margin or the head is on the line
  for (auto [i, part] : llvm::enumerate(parts)) {
    bool isLast = i + 1 == parts.size();
    size_t end = part.size() + (isLast ? tail.size() : brokenJoint.size());
    if (!isEmpty && line.size() + joint.size() + end > columns) {
      text += line + brokenJoint + "\n";
      line = margin;
      isEmpty = true;
    }
    line += (isEmpty ? "" : joint) + part;
    isEmpty = false;
  }
  return text + line + tail + "\n";
}

std::string assignment(size_t indent, const std::string &left, const std::string &right) {
  std::string margin(indent, ' ');
  std::string line = margin + left + " = " + right + ";\n";
  if (line.size() - 1 <= columns)
    return line;
  return margin + left + " =\n" + margin + "    " + right + ";\n";
}

} // namespace loup
