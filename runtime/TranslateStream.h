// Simultaneous translation: lines are answered while they arrive.
#pragma once

#include "runtime/AnswerLines.h"
#include "runtime/Model.h"
#include "runtime/SentenceEncoder.h"
#include "runtime/TokenizerPair.h"
#include "runtime/TranslateOptions.h"

namespace loup {

/// Translates standard input word by word, greedily: each token of the answer is printed as soon as
/// the source tokens that it depends on have arrived, and a line's answer ends with it. A word has
/// arrived where a space, a tab or the line's end stands behind it. Only ids below `vocabulary` are
/// chosen. Throws UserError where the model needs the whole source for its first token.
void translateStream(Model &model, SentenceEncoder &encoder, const Tokenizer &target,
                     int32_t vocabulary, const TranslateOptions &options, const Print &print);

} // namespace loup
