// How close translations are to references.
#pragma once

#include <string>
#include <vector>

namespace loup {

/// Corpus BLEU in percent, with one reference a sentence: n-grams up to 4, mteval-13a tokenisation,
/// mixed case, exponential smoothing of zero counts; the numbers of sacrebleu's default
/// (nrefs:1|case:mixed|eff:no|tok:13a|smooth:exp; Post 2018, "A call for clarity in reporting BLEU
/// scores"). Both have the same count; 0 for none.
double bleu(const std::vector<std::string> &hypotheses, const std::vector<std::string> &references);

/// The tokens BLEU counts, as mteval-v13a.pl makes them.
std::vector<std::string> tokenize13a(const std::string &line);

} // namespace loup
