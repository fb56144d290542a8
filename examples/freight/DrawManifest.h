// The facts of a manifest, at random but as they go together: frozen goods travel in reefers, coils
// come in coils, a UN number belongs to its goods, a ship arrives after it leaves.
#pragma once

#include "examples/freight/Level.h"
#include "examples/freight/Manifest.h"
#include "examples/freight/Random.h"

namespace loup::freight {

Manifest drawManifest(Random &random, const Level &level);

} // namespace loup::freight
