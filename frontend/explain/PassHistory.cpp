#include "frontend/explain/PassHistory.h"

#include "frontend/explain/LineDiff.h"
#include "ir/Axes.h"

#include "mlir/IR/AsmState.h"
#include "mlir/IR/OpImplementation.h"
#include "mlir/Pass/Pass.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"

#include <fmt/format.h>

#include <optional>

using namespace mlir;

namespace loup {
namespace {

/// `!batch_target_128width`: the axes, with what sizes are known. A name cannot begin with a digit.
struct ShortTypes : OpAsmDialectInterface {
  using OpAsmDialectInterface::OpAsmDialectInterface;

  AliasResult getAlias(Type type, raw_ostream &stream) const override {
    if (!hasAxes(type))
      return AliasResult::NoAlias;
    std::vector<std::string> parts;
    for (const Axis &axis : namedAxes(type))
      parts.push_back(axis.isDynamic() ? axis.name : std::to_string(axis.size) + axis.name);
    if (parts.empty())
      parts.push_back("number");
    if (isInteger(type))
      parts.insert(parts.begin(), "i32");
    else if (llvm::isDigit(parts.front().front()))
      parts.insert(parts.begin(), "f32");
    stream << llvm::join(parts, "_");
    return AliasResult::FinalAlias;
  }
};

/// Names of a function's values, by those that MLIR prints. Where several would have the same, MLIR
/// numbers them through the function, so that one more changes the names of all that follow; here
/// each name has numbers of its own.
class StableNames {
public:
  StableNames(Operation *function, AsmState &state) {
    function->walk<WalkOrder::PreOrder>([&](Operation *op) {
      for (Region &region : op->getRegions())
        for (Block &block : region)
          for (Value argument : block.getArguments())
            add(argument, state);
      for (Value result : op->getResults())
        add(result, state);
    });
  }

  /// `text` with its values renamed.
  std::string apply(llvm::StringRef text) const {
    std::string renamed;
    while (!text.empty()) {
      size_t begin = std::min(text.find('%'), text.size());
      renamed += text.take_front(begin);
      text = text.drop_front(begin);
      llvm::StringRef name = text.take_while(isNamePart);
      auto known = stable.find(name);
      renamed += known == stable.end() ? name.str() : known->second;
      text = text.drop_front(name.size());
    }
    return renamed;
  }

private:
  static bool isNamePart(char c) {
    return llvm::isAlnum(c) || llvm::StringRef("%._$-").contains(c);
  }

  void add(Value value, AsmState &state) {
    std::string printed;
    llvm::raw_string_ostream stream(printed);
    value.printAsOperand(stream, state);
    auto name = dyn_cast<NameLoc>(value.getLoc());
    if (!name)
      return;
    std::string wanted = "%" + name.getName().str();
    int64_t number = ++uses[wanted];
    stable[printed] = number == 1 ? wanted : wanted + "_" + std::to_string(number);
  }

  llvm::StringMap<int64_t> uses;
  llvm::StringMap<std::string> stable;
};

OpPrintingFlags flags() {
  return OpPrintingFlags().printNameLocAsPrefix().printUniqueSSAIDs().assumeVerified();
}

constexpr size_t context = 3; // unchanged lines shown around a change

/// Each line is an element, so that what is too long for the page goes on indented below. Where a
/// line stands beside another of the same result, what sets the two apart is marked.
Html line(const char *name, char sign, std::string_view text,
          const std::optional<std::string_view> &other = {}) {
  Html content = fmt::format("{} ", sign);
  bool isBeside = other && firstWord(*other) == firstWord(text);
  SharedEnds ends = isBeside ? sharedEnds(text, *other) : SharedEnds{text.size(), 0};
  content += text.substr(0, ends.begin);
  if (size_t count = text.size() - ends.begin - ends.end; count > 0)
    content += element("mark", text.substr(ends.begin, count));
  return element(name, content + text.substr(text.size() - ends.end) + "\n");
}

Html kept(const std::vector<std::string_view> &all, size_t first, size_t count) {
  Html html;
  for (size_t i = first; i < first + count; ++i)
    html += line("div", ' ', all[i]);
  return html;
}

/// The lines of a run, of which the one at `place` stands beside `other`, if there is such a one.
Html changed(const char *name, char sign, const std::vector<std::string_view> &all,
             const LineRun &run, size_t place, const std::optional<std::string_view> &other) {
  Html html;
  for (size_t i = run.first; i < run.first + run.count; ++i)
    html += line(name, sign, all[i], i == place ? other : std::nullopt);
  return html;
}

/// A run of unchanged lines: a few at its ends that touch a change, the rest behind a word.
Html folded(const std::vector<std::string_view> &all, const LineRun &run, bool isFirst,
            bool isLast) {
  size_t before = isFirst ? 0 : context, after = isLast ? 0 : context;
  if (run.count <= before + after + 1)
    return kept(all, run.first, run.count);
  size_t hidden = run.count - before - after;
  return kept(all, run.first, before) +
         details(fmt::format("{} lines as before", grouped(static_cast<int64_t>(hidden))),
                 kept(all, run.first + before, hidden)) +
         kept(all, run.first + before + hidden, after);
}

struct Difference {
  Html html;
  int64_t added = 0, removed = 0;
};

Difference difference(const std::string &before, const std::string &after) {
  auto old = linesOf(before), now = linesOf(after);
  Difference result;
  std::vector<LineRun> runs = diffLines(old, now);
  for (size_t i = 0; i < runs.size(); ++i) {
    const LineRun &run = runs[i];
    size_t last = run.first + run.count - 1;
    auto count = static_cast<int64_t>(run.count);
    std::optional<std::string_view> other;
    switch (run.change) {
    case Change::Kept:
      result.html += folded(old, run, i == 0, i + 1 == runs.size());
      break;
    case Change::Removed:
      if (i + 1 < runs.size() && runs[i + 1].change == Change::Added)
        other = now[runs[i + 1].first];
      result.html += changed("del", '-', old, run, last, other);
      result.removed += count;
      break;
    case Change::Added:
      if (i > 0 && runs[i - 1].change == Change::Removed)
        other = old[runs[i - 1].first + runs[i - 1].count - 1];
      result.html += changed("ins", '+', now, run, run.first, other);
      result.added += count;
      break;
    }
  }
  return result;
}

Html passOf(const Snapshot &snapshot, const std::string &before) {
  Html title = element("h3", {{"id", "pass-" + snapshot.pass}}, element("code", snapshot.pass)) +
               element("p", snapshot.summary + ".");
  Difference change = difference(before, snapshot.text);
  if (change.added + change.removed == 0)
    return title + ofClass("counts", "p", "It changes nothing in the program.");
  return title +
         ofClass("counts", "p",
                 ofClass("added", "span", "+" + grouped(change.added)) + " " +
                     ofClass("removed", "span", "−" + grouped(change.removed)) + " lines") +
         ofClass("code diff", "div", change.html);
}

} // namespace

void shortenTypes(MLIRContext *context) {
  context->getOrLoadDialect<LoupDialect>()->addInterfaces<ShortTypes>();
}

std::string programText(ModuleOp module) {
  std::string text;
  for (Operation &op : *module.getBody())
    text += programText(&op) + "\n";
  return text;
}

std::string programText(Operation *op) {
  // Short types are for what stands alone; their definitions come first, and are left out.
  OwningOpRef<Operation *> alone = op->clone();
  AsmState state(*alone, flags());
  std::string text;
  llvm::raw_string_ostream stream(text);
  alone->print(stream, state);
  llvm::StringRef program = llvm::StringRef(text).rtrim();
  while (program.starts_with("!") || program.starts_with("\n"))
    program = program.split('\n').second;
  return StableNames(*alone, state).apply(program);
}

void PassHistory::runAfterPass(Pass *pass, Operation *op) {
  if (!pass->getArgument().empty())
    snapshots.push_back(
        {pass->getArgument().str(), pass->getDescription().str(), programText(cast<ModuleOp>(op))});
}

Section passSection(const std::string &textbook, const std::vector<Snapshot> &snapshots,
                    int64_t width) {
  Html content = element(
      "p",
      fmt::format(
          "Loup first writes the model down as a textbook would, in a language of its own: one "
          "line an operation, with the name of its result, what it reads, and after the colon what "
          "tensors these are: !batch_source_{0}width has three axes, named so, the last of size "
          "{0}, and i32 says that it holds whole numbers. Then one pass after the other rewrites "
          "the program.",
          width));
  content += details(fmt::format("The textbook program, {}",
                                 counted(static_cast<int64_t>(linesOf(textbook).size()), "line")),
                     ofClass("code", "div", textbook));
  const std::string *before = &textbook;
  for (const Snapshot &snapshot : snapshots) {
    content += passOf(snapshot, *before);
    before = &snapshot.text;
  }
  return {"passes", "From the textbook to kernel calls", content};
}

} // namespace loup
