#include "codegen/Autoschedule.h"

#include "ir/LoupOps.h"
#include "runtime/Errors.h"

#include <dlfcn.h>
#include <filesystem>
#include <thread>

using namespace Halide;

namespace loup {
namespace {

constexpr const char *suffix = "_autoscheduled";

/// Errors are thrown as they are without it. Warnings are for those who schedule by hand.
class WithoutWarnings : public CompileTimeErrorReporter {
public:
  void warning(const char *) override {}
  void error(const char *message) override { throw CompileError(message); }
};

/// The plugin lies beside Halide itself.
void loadAutoscheduler() {
  Dl_info halide;
  dladdr(reinterpret_cast<void *>(&load_plugin), &halide);
  auto folder = std::filesystem::path(halide.dli_fname).parent_path();
  try {
    load_plugin((folder / "libautoschedule_adams2019.so").string());
  } catch (const Error &error) {
    throw InternalError(std::string("Halide comes with its autoscheduler: ") + error.what());
  }
  static WithoutWarnings reporter;
  set_custom_compile_time_error_reporter(&reporter);
}

/// A check that fails returns to the caller, without a word.
class SilentChecks : public Internal::IRMutator {
  using IRMutator::visit;
  Internal::Stmt visit(const Internal::AssertStmt *check) override {
    return Internal::AssertStmt::make(check->condition, 1);
  }
};

/// Adds what `module` holds to `whole`, with its kernel's name lengthened, and returns that.
template <class Change>
Internal::LoweredFunc append(const Module &module, const std::string &suffix, Change change,
                             Module &whole) {
  for (const Buffer<> &buffer : module.buffers())
    whole.append(buffer);
  for (Internal::LoweredFunc function : module.functions()) {
    if (function.name == module.name())
      function.name += suffix;
    function.body = change(function.body);
    whole.append(function);
  }
  return whole.functions().back();
}

/// Calls `callee` with the arguments of `caller`.
Expr call(const Internal::LoweredFunc &callee, const Internal::LoweredFunc &caller) {
  std::vector<Expr> arguments;
  for (const Internal::LoweredArgument &argument : caller.args)
    arguments.push_back(
        argument.is_buffer()
            ? Internal::Variable::make(type_of<halide_buffer_t *>(), argument.name + ".buffer")
            : Internal::Variable::make(argument.type, argument.name));
  return Internal::Call::make(Int(32), callee.name, arguments, Internal::Call::Extern);
}

} // namespace

/// Of attention the search makes loops that keep the scores of all pairs in memory.
static bool isForAutoscheduler(mlir::Operation &op) {
  return !mlir::isa<AttentionOp, AttentionGradientOp>(op);
}

bool isAutoscheduled(mlir::func::FuncOp kernel) {
  return kernel->hasAttr("loup.autoscheduled") &&
         llvm::all_of(kernel.getBody().front(), isForAutoscheduler);
}

int autoscheduledCores() {
  return static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
}

void autoschedule(const Pipeline &pipeline, const Target &target) {
  static const bool isLoaded = (loadAutoscheduler(), true);
  (void)isLoaded;
  AutoschedulerParams parameters("Adams2019");
  parameters.extra["parallelism"] = std::to_string(autoscheduledCores());
  parameters.extra["beam_size"] = "1"; // 4 takes six times as long, for no faster kernels
  pipeline.apply_autoscheduler(target, parameters);
}

Module autoscheduledWhereItFits(const std::string &name, const Module &autoscheduled,
                                const Module &ours) {
  Module both(name, autoscheduled.target());
  both.set_any_strict_float(ours.any_strict_float()); // or strict_float would mean nothing
  auto silent = [](const Internal::Stmt &body) { return SilentChecks().mutate(body); };
  auto asItIs = [](const Internal::Stmt &body) { return body; };
  Internal::LoweredFunc first = append(autoscheduled, suffix, silent, both);
  Internal::LoweredFunc second = append(ours, "_ours", asItIs, both);
  Expr code = Internal::Variable::make(Int(32), "code");
  Internal::Stmt instead = Internal::LetStmt::make("code", call(second, first),
                                                   Internal::AssertStmt::make(code == 0, code));
  both.append(Internal::LoweredFunc(name, first.args,
                                    Internal::IfThenElse::make(call(first, first) != 0, instead),
                                    LinkageType::External));
  return both;
}

bool holdsAutoscheduled(const std::string &object, const std::string &name) {
  return object.find(name + suffix) != std::string::npos;
}

} // namespace loup
