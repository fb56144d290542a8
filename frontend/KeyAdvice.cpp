#include "frontend/KeyAdvice.h"

#include "frontend/Nearest.h"
#include "frontend/NotYet.h"

#include <algorithm>
#include <fmt/format.h>

namespace loup {
namespace {

/// Keys as PyTorch, Marian, fairseq, OpenNMT and Hugging Face spell them, and ours.
constexpr std::pair<std::string_view, std::string_view> foreignKeys[] = {
    {"d_model", "'width' in [model]"},
    {"hidden_size", "'width' in [model]"},
    {"embed_dim", "'width' in [model]"},
    {"dim_emb", "'width' in [model]"},
    {"max_len", "'length' in [model]"},
    {"max_length", "'length' in [model]"},
    {"max_position_embeddings", "'length' in [model]"},
    {"norm_first", "norm = \"pre\" in [model]"},
    {"layer_norm_eps", "'norm_epsilon' in [model]"},
    {"num_layers", "'repeat' in [[encoder]] and [[decoder]]"},
    {"num_encoder_layers", "'repeat' in [[encoder]]"},
    {"num_decoder_layers", "'repeat' in [[decoder]]"},
    {"encoder_layers", "'repeat' in [[encoder]]"},
    {"decoder_layers", "'repeat' in [[decoder]]"},
    {"enc_depth", "'repeat' in [[encoder]]"},
    {"dec_depth", "'repeat' in [[decoder]]"},
    {"nhead", "'heads' in self_attention and cross_attention"},
    {"num_heads", "'heads' in self_attention and cross_attention"},
    {"attention_heads", "'heads' in self_attention and cross_attention"},
    {"transformer_heads", "'heads' in self_attention and cross_attention"},
    {"ffn", "'feed_forward'"},
    {"ffn_dim", "'width' in feed_forward"},
    {"dim_feedforward", "'width' in feed_forward"},
    {"ffn_embed_dim", "'width' in feed_forward"},
    {"transformer_dim_ffn", "'width' in feed_forward"},
    {"vocab", "'vocabulary' in [data] source and target"},
    {"vocab_size", "'vocabulary' in [data] source and target"},
    {"dim_vocabs", "'vocabulary' in [data] source and target"},
    {"src", "'source'"},
    {"tgt", "'target'"},
    {"trg", "'target'"},
    {"eos", "'end' in [data] ids"},
    {"unk", "'unknown' in [data] ids"},
    {"bos", "'begin' in [data] ids"},
    {"pad", "'padding' in [data] ids"},
    {"share_all_embeddings", "'tie' in [model] embedding"},
    {"tied_embeddings_all", "'tie' in [model] embedding"},
    {"criterion", "'kind' in [loss]"},
    {"lr", "'rate' in [train] schedule"},
    {"learning_rate", "'rate' in [train] schedule"},
    {"learn_rate", "'rate' in [train] schedule"},
    {"warmup_steps", "'warmup' in [train] schedule"},
    {"warmup_updates", "'warmup' in [train] schedule"},
    {"lr_warmup", "'warmup' in [train] schedule"},
    {"adam_betas", "'betas' in [train] optimizer"},
    {"max_tokens", "'batch_tokens' in [train]"},
    {"batch_size", "'batch_tokens' in [train]"},
    {"mini_batch_words", "'batch_tokens' in [train]"},
    {"clip_norm", "'clip' in [train]"},
    {"max_grad_norm", "'clip' in [train]"},
    {"beam_size", "'beam' in [decode]"},
    {"num_beams", "'beam' in [decode]"},
    {"lenpen", "'length_penalty' in [decode]"},
};

std::string spelledAsOthersDo(std::string_view key) {
  std::string plain(key);
  std::replace(plain.begin(), plain.end(), '-', '_');
  for (auto [foreign, ours] : foreignKeys)
    if (foreign == plain)
      return fmt::format("did you mean {}?", ours);
  return {};
}

std::string elsewhere(const std::vector<KeyHelp> &language, std::string_view key) {
  std::string tables;
  for (const KeyHelp &line : language)
    if (line.key == key)
      tables += (tables.empty() ? "" : " or ") + line.table;
  return tables.empty() ? tables : "it belongs to " + tables;
}

} // namespace

std::string unknownKey(const std::vector<KeyHelp> &language, std::string_view title,
                       std::string_view key, const std::vector<std::string_view> &known) {
  if (isNotYet(key))
    return fmt::format("'{}' is not supported yet", key);
  std::string advice = spelledAsOthersDo(key);
  if (advice.empty())
    advice = elsewhere(language, key);
  if (advice.empty())
    advice = whatInstead(key, known);
  return fmt::format("unknown key '{}' in {}; {}", key, title, advice);
}

} // namespace loup
