# audiomuse_module(NAME SOURCES file... [USES module...] [PUBLIC target...] [PRIVATE target...])
#
# One folder under src/ = one library = one namespace. USES names the modules that the table in docs/architecture.md allows;
# PUBLIC and PRIVATE name third-party targets. Headers are included as <module/header.hpp>.
function(audiomuse_module NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES;PUBLIC;PRIVATE" ${ARGN})
  list(TRANSFORM ARG_USES PREPEND audiomuse_)
  add_library(audiomuse_${NAME} STATIC ${ARG_SOURCES})
  target_include_directories(audiomuse_${NAME} PUBLIC "${PROJECT_SOURCE_DIR}/src")
  target_link_libraries(audiomuse_${NAME} PUBLIC ${ARG_USES} ${ARG_PUBLIC} PRIVATE ${ARG_PRIVATE} audiomuse_flags)
endfunction()

# audiomuse_test(NAME SOURCES file... USES target... [LABEL unit|functional])
#
# One GoogleTest executable. Label "unit" (the default) also runs under the sanitizers.
function(audiomuse_test NAME)
  cmake_parse_arguments(ARG "" "LABEL" "SOURCES;USES" ${ARGN})
  if(NOT ARG_LABEL)
    set(ARG_LABEL unit)
  endif()
  add_executable(${NAME} ${ARG_SOURCES})
  target_include_directories(${NAME} PRIVATE "${PROJECT_SOURCE_DIR}/tests")
  target_compile_definitions(${NAME} PRIVATE AUDIOMUSE_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
  target_link_libraries(${NAME} PRIVATE ${ARG_USES} GTest::gmock GTest::gtest_main audiomuse_flags)
  # Test code is compiled twice as fast without optimisation, and what it tests is optimised all the same.
  target_compile_options(${NAME} PRIVATE -O0 -U_FORTIFY_SOURCE)
  add_test(NAME ${NAME} COMMAND ${NAME})
  set_tests_properties(${NAME} PROPERTIES LABELS ${ARG_LABEL} TIMEOUT 600)
  if(ARG_LABEL STREQUAL "unit")
    add_dependencies(unit_tests ${NAME})
  endif()
endfunction()

# audiomuse_fuzz_target(NAME SOURCES file... USES target...)
#
# One libFuzzer executable; ctest runs it on its seeds in tests/fuzz/seeds/NAME.
function(audiomuse_fuzz_target NAME)
  cmake_parse_arguments(ARG "" "" "SOURCES;USES" ${ARGN})
  add_executable(${NAME} ${ARG_SOURCES})
  target_link_libraries(${NAME} PRIVATE ${ARG_USES} audiomuse_flags)
  target_link_options(${NAME} PRIVATE -fsanitize=fuzzer)
  add_test(NAME ${NAME} COMMAND ${NAME} -seed=1 -runs=2000 -max_total_time=20 -artifact_prefix=${CMAKE_CURRENT_BINARY_DIR}/ "${CMAKE_CURRENT_BINARY_DIR}/corpus_${NAME}" "${CMAKE_CURRENT_SOURCE_DIR}/seeds/${NAME}")
  file(MAKE_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}/corpus_${NAME}")
  set_tests_properties(${NAME} PROPERTIES LABELS fuzz TIMEOUT 120)
  add_dependencies(fuzz_targets ${NAME})
endfunction()
