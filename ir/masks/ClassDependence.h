// Which positions of one value another value's positions depend on, by residue classes.
#pragma once

#include "ir/masks/Dependence.h"

#include <map>
#include <vector>

namespace loup {

/// The same as a Dependence, kept apart by what remains of each position when divided by a modulus
/// that masks share: within a class their `%` are constants, so that composition stays exact. It
/// takes more steps than a Dependence by powers of the modulus.
class ClassDependence {
public:
  /// What remains of the result's positions, then of the operand's.
  using Residues = std::vector<int64_t>;

  static ClassDependence all(int64_t modulus, unsigned results, unsigned operands);
  static ClassDependence identity(int64_t modulus);

  /// `modulus` must be a multiple of the mask's.
  static ClassDependence mask(int64_t modulus, const MaskSet &allowed, std::string_view side);
  ClassDependence where(unsigned result, unsigned operand, const MaskSet &allowed,
                        std::string_view side) const;

  ClassDependence compose(const ClassDependence &next) const;
  ClassDependence unite(const ClassDependence &other) const;

  /// How many compositions of Dependences `compose` would do.
  size_t stepsToCompose(const ClassDependence &next) const;

  int64_t modulus() const { return divisor; }

  /// Of each class that has any pairs, these as positions divided by the modulus, rounded down.
  const std::map<Residues, Dependence> &classes() const { return parts; }

private:
  ClassDependence(int64_t modulus, unsigned results) : divisor(modulus), results(results) {}

  void add(const Residues &residues, const Dependence &pairs);

  template <typename Use> void forEachStep(const ClassDependence &next, Use use) const;

  int64_t divisor;
  unsigned results;
  std::map<Residues, Dependence> parts;
};

} // namespace loup
