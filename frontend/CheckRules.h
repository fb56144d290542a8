// What the rules of a description have in common. CheckSpec.cpp calls them all.
#pragma once

#include "frontend/Diagnostics.h"
#include "frontend/Spec.h"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace loup {

/// Whether the rules may judge these values.
template <class... V> bool sure(const V &...values) { return !(values.doubtful || ...); }

/// Refuses a value that was given although `setting`, which decides whether it means anything,
/// says otherwise.
template <class T, class U>
void refuseIfGiven(Diagnostics &diagnostics, const Field<T> &value, std::string message,
                   const Field<U> &setting, std::string_view settingMessage) {
  if (!value.given() || !sure(setting))
    return;
  Diagnostic &error = diagnostics.error(value.range, std::move(message));
  if (setting.given())
    error.note(setting.range, std::string(settingMessage));
}

/// Where attentions say how many heads they have, or stand without saying it, by that number: those
/// of self-attention, and with `crossToo` of cross-attention.
std::map<int64_t, std::vector<SourceRange>> placesByHeads(const Spec &spec, bool crossToo);

void checkData(const Spec &spec, Diagnostics &diagnostics);
void checkMarks(const Spec &spec, Diagnostics &diagnostics);
void checkModel(const Spec &spec, Diagnostics &diagnostics);
void checkPositions(const Spec &spec, Diagnostics &diagnostics);
void checkLayers(const Spec &spec, Diagnostics &diagnostics);
void checkTraining(const Spec &spec, Diagnostics &diagnostics);

} // namespace loup
