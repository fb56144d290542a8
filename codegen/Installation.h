// Where Loup lies, and what it links programs with.
#pragma once

#include <array>
#include <filesystem>

namespace loup {

/// The folder that holds bin/loup, lib/ and include/; the same in the build tree and installed.
std::filesystem::path installation();

/// Throws UserError where it lacks what programs are made of.
void requireInstallation();

/// In lib/, in the order in which they are linked.
inline constexpr std::array runtimeLibraries = {"libloup_runtime.a", "libsentencepiece_train.a",
                                                "libsentencepiece.a", "libz.a"};

/// They make the programs stand alone.
inline constexpr std::array linkFlags = {"-static-libstdc++", "-static-libgcc", "-pthread"};

} // namespace loup
