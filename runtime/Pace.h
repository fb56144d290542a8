// How training goes just now.
#pragma once

#include <cstdint>

namespace loup {

/// Averages over about the last fifty steps.
class Pace {
public:
  void add(double stepLoss, int64_t stepTokens, double stepSeconds) {
    loss = fade * loss + stepLoss;
    tokens = fade * tokens + static_cast<double>(stepTokens);
    seconds = fade * seconds + stepSeconds;
  }

  double lossPerToken() const { return loss / tokens; }
  double tokensPerSecond() const { return tokens / seconds; }

private:
  static constexpr double fade = 0.98;
  double loss = 0, tokens = 0, seconds = 0;
};

} // namespace loup
