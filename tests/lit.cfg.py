# Tests in text: IR through loup-opt, judged by FileCheck.
import os

import lit.formats

config.name = "loup"
config.test_format = lit.formats.ShTest(execute_external=False)
config.suffixes = [".mlir", ".test"]
config.test_exec_root = os.environ["LOUP_LIT_OUTPUT"]
config.environment["PATH"] = os.pathsep.join([os.environ["LOUP_LIT_TOOLS"], os.environ["PATH"]])
