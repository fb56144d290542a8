// A manifest as somebody types it: fields in any order, in the forms of the trade, with typing
// errors.
#pragma once

#include "examples/freight/Level.h"
#include "examples/freight/Manifest.h"
#include "examples/freight/Random.h"

#include <string>

namespace loup::freight {

/// One line. Numbers, identifiers and the shipper stand in it as in the JSON; the order of a date
/// is told by its separator (2026-03-14, 14.03.2026, 03/14/2026); goods and containers keep their
/// order.
std::string typeManifest(Random &random, const Level &level, const Manifest &manifest);

/// `phrase` with one error in one of its words of five letters or more, if there is any: a letter
/// left out, doubled, swapped with the next, or replaced by its neighbour on the keyboard. The
/// first letter stays.
std::string mistype(Random &random, std::string phrase);

} // namespace loup::freight
