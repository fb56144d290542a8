#include "tests/codegen/AttentionText.h"
#include "tests/codegen/BoundsText.h"

#include <cstdio>

namespace loup::test {
namespace {

const std::string rows = "[batch, target, head:H, head_width:E]",
                  columns = "[batch, target_key, head:H, head_width:E]",
                  sums = "[batch, target, head:H]", table = "[bucket:B, head:H]",
                  buckets = "[batch, target, head:H, bucket:B]",
                  pairs = "[batch, head:H, target, target_key]";

void replaceAll(std::string &text, const std::string &from, const std::string &to) {
  for (size_t at = 0; (at = text.find(from, at)) != std::string::npos; at += to.size())
    text.replace(at, from.size(), to);
}

/// Fills in sizes, and takes the batch away where there is none.
std::string finished(std::string text, const AttentionSetting &setting) {
  if (setting.hasTable())
    replaceAll(text, ":B", ":" + std::to_string(BucketWords(setting.term).count));
  replaceAll(text, ":H", ":" + std::to_string(setting.heads));
  replaceAll(text, ":E", ":" + std::to_string(setting.width));
  if (setting.rung == Rung::Packed) {
    replaceAll(text, "[batch, ", "[");
    replaceAll(text, "[batch]", "[]");
  }
  return text;
}

/// What the attention asks of the data: as parameters of the kernel, and the mask's part as
/// operands and their types.
struct Data {
  explicit Data(const AttentionSetting &setting)
      : isGivenDocuments(setting.hasDocuments() && setting.rung != Rung::Packed) {
    if (isGivenDocuments)
      queryType = "i[batch, target]", keyType = "i[batch, target_key]";
    if (setting.hasLengths())
      add("lengths", "%lengths", "i[batch]", ", i[batch]");
    if (setting.asks(MaskCondition::Prefix))
      add("prefix", "%prefix", "i[batch]", " prefix i[batch]");
    if (setting.asks(MaskCondition::Present))
      add("present", "%present", "i[batch, target_key]", " present i[batch, target_key]");
    if (isGivenDocuments) {
      parameters +=
          ", %qp: " + queryType + ", %kp: " + keyType + ", %qd: " + queryType + ", %kd: " + keyType;
      operands += " documents %qd, %kd";
      types += " documents " + queryType + ", " + keyType;
    } else {
      counted = "  %qp = loup.positions : i[target]\n  %kp = loup.positions : i[target_key]\n";
    }
    if (setting.hasTable())
      parameters += ", %table: " + table;
    if (setting.rate > 0)
      parameters += ", %drop: i[], %examples: i[batch]";
  }

  std::string parameters, operands, types;
  std::string counted; // the ops that make positions
  std::string queryType = "i[target]", keyType = "i[target_key]";
  bool isGivenDocuments;

private:
  void add(const std::string &word, const std::string &name, const std::string &type,
           const std::string &typeWords) {
    parameters += ", " + name + ": " + type;
    operands += " " + word + " " + name;
    types += typeWords;
  }
};

std::string number(float value) {
  char text[64];
  std::snprintf(text, sizeof text, "%.9g", value);
  return text;
}

/// A kernel of `op`, whose operands are `operands`, of the types in `types`.
std::string kernelText(const AttentionSetting &setting, const std::string &op,
                       const std::string &operands, const std::string &parameters,
                       const std::string &types, const std::string &resultNames,
                       const std::string &results, const std::string &arrow) {
  Data data(setting);
  bool drops = setting.rate > 0;
  std::string attributes = drops ? "rate = " + number(setting.rate) + " : f32" : "";
  if (setting.rung != Rung::Fused)
    attributes += (drops ? ", " : "") +
                  boundsText(setting.mask, op == "attention_gradient", 16,
                             data.isGivenDocuments ? Blocks::OfRows : Blocks::OfPositions);
  std::string term, termType;
  if (setting.hasTable()) {
    term = " buckets " + setting.term + " of %table";
    termType = " of " + table;
  } else if (setting.term == "alibi") {
    term = " alibi";
  }
  return finished("func.func @kernel(" + parameters + data.parameters + ") -> (" + results +
                      ") {\n" + data.counted + "  " + resultNames + " = loup." + op + " " +
                      operands + " mask <\"" + setting.mask + "\"> queries %qp keys %kp" +
                      data.operands + term + " scale 0.3" +
                      (drops ? " dropout %drop at %examples" : "") + " {" + attributes +
                      "} : " + types + ", " + data.queryType + ", " + data.keyType + data.types +
                      termType + (drops ? " dropout i[], i[batch]" : "") + arrow + "\n  return " +
                      resultNames + " : " + results + "\n}\n",
                  setting);
}

} // namespace

std::string textbookText(const AttentionSetting &setting) {
  Data data(setting);
  std::string scores = "%s", weights = "%w";
  std::string text = "func.func @kernel(%q: " + rows + ", %k: " + columns + ", %v: " + columns +
                     ", %g: " + rows + data.parameters + ") -> " + rows + " {\n" + data.counted +
                     "  %s = loup.product %q, %k {scale = 0.3 : f32} : " + rows + ", " + columns +
                     " -> " + pairs + "\n";
  if (!setting.term.empty()) {
    // By distances within the row, also where documents count from their own start.
    const std::string term = "[head:H, target, target_key]";
    text += "  %qr = loup.positions : i[target]\n  %kr = loup.positions : i[target_key]\n";
    if (setting.hasTable())
      text += "  %b = loup.relative_bucket " + setting.term +
              " queries %qr keys %kr : i[target], i[target_key] -> i[target, target_key]\n"
              "  %t = loup.lookup %table along \"bucket\" at %b : " +
              table + ", i[target, target_key] -> " + term + "\n";
    else
      text += "  %t = loup.alibi queries %qr keys %kr : i[target], i[target_key] -> " + term + "\n";
    text += "  %st = loup.add %s, %t : " + pairs + ", " + term + "\n";
    scores = "%st";
  }
  text += "  %m = loup.mask <\"" + setting.mask + "\"> queries %qp keys %kp" + data.operands +
          " : " + data.queryType + ", " + data.keyType + data.types +
          " -> [batch, target, target_key]\n  %h = loup.add_mask " + scores + ", %m : " + pairs +
          ", [batch, target, target_key]\n  %w = loup.softmax %h : " + pairs + "\n";
  if (setting.rate > 0) {
    text += "  %hp = loup.positions : i[head:H]\n  %d = loup.dropout %w rate " +
            number(setting.rate) + " key %drop at %examples, %hp, %qp, %kp : " + pairs +
            ", i[], i[batch], i[head:H], " + data.queryType + ", " + data.keyType + "\n";
    weights = "%d";
  }
  text += "  %o = loup.product " + weights + ", %v : " + pairs + ", " + columns + " -> " + rows +
          "\n  return %o : " + rows + "\n}\n";
  return finished(text, setting);
}

std::string attentionText(const AttentionSetting &setting) {
  return kernelText(setting, "attention", "%q, %k, %v",
                    "%q: " + rows + ", %k: " + columns + ", %v: " + columns, rows + ", " + columns,
                    "%o, %l", rows + ", " + sums, " -> " + sums);
}

std::string attentionGradientText(const AttentionSetting &setting) {
  bool hasTable = setting.hasTable();
  return kernelText(setting, "attention_gradient", "%q, %k, %v, %o, %l, %g",
                    "%q: " + rows + ", %k: " + columns + ", %v: " + columns + ", %o: " + rows +
                        ", %l: " + sums + ", %g: " + rows,
                    rows + ", " + columns + ", " + sums,
                    std::string("%dq, %dk, %dv") + (hasTable ? ", %db" : ""),
                    rows + ", " + columns + ", " + columns + (hasTable ? ", " + buckets : ""),
                    hasTable ? " -> " + buckets : "");
}

} // namespace loup::test
