# SentencePiece as a static library, from its source distribution on PyPI: Debian has only the
# shared one, and the programs Loup makes stand alone.
set(sentencepiece_version 0.2.1)
if(DEFINED ENV{XDG_CACHE_HOME})
  set(cache $ENV{XDG_CACHE_HOME})
else()
  set(cache $ENV{HOME}/.cache)
endif()
set(LOUP_SENTENCEPIECE_SOURCE ${cache}/loup/sentencepiece-${sentencepiece_version}
    CACHE PATH "The unpacked source distribution of SentencePiece")

if(NOT EXISTS ${LOUP_SENTENCEPIECE_SOURCE}/sentencepiece/CMakeLists.txt)
  cmake_path(GET LOUP_SENTENCEPIECE_SOURCE PARENT_PATH parent)
  message(FATAL_ERROR "SentencePiece's source is not in ${LOUP_SENTENCEPIECE_SOURCE}. Get it with\n"
    "  pip download --no-deps --no-binary :all: sentencepiece==${sentencepiece_version} -d ${parent}\n"
    "  tar xzf ${parent}/sentencepiece-${sentencepiece_version}.tar.gz -C ${parent}\n"
    "or set LOUP_SENTENCEPIECE_SOURCE to where it is.")
endif()

set(SPM_ENABLE_SHARED OFF CACHE INTERNAL "")
set(SPM_ENABLE_TCMALLOC OFF CACHE INTERNAL "")
block()
  set(CMAKE_POLICY_VERSION_MINIMUM 3.10) # it asks for 3.5, of which CMake warns
  set(CMAKE_MESSAGE_LOG_LEVEL WARNING)
  add_subdirectory(${LOUP_SENTENCEPIECE_SOURCE}/sentencepiece ${CMAKE_BINARY_DIR}/sentencepiece
                   EXCLUDE_FROM_ALL SYSTEM)
endblock()
foreach(library sentencepiece-static sentencepiece_train-static)
  target_compile_options(${library} PRIVATE -w)
  target_include_directories(${library} INTERFACE ${LOUP_SENTENCEPIECE_SOURCE}/sentencepiece/src)
endforeach()
# 2,000 insertions into a table: over a landing pad for each of them clang takes two minutes.
set_source_files_properties(${LOUP_SENTENCEPIECE_SOURCE}/sentencepiece/src/unicode_script.cc
  TARGET_DIRECTORY sentencepiece_train-static PROPERTIES COMPILE_OPTIONS -fno-exceptions)
