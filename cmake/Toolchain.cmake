# Compiler, language, warnings, sanitizers and ccache: what every target has in common.
set(CMAKE_CXX_STANDARD 20)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)
set(CMAKE_RUNTIME_OUTPUT_DIRECTORY "${CMAKE_BINARY_DIR}/bin")

if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE Release CACHE STRING "" FORCE)
endif()
set(CMAKE_CXX_FLAGS_RELEASE "-O2 -DNDEBUG")
set(CMAKE_C_FLAGS_RELEASE "-O2 -DNDEBUG")

find_program(CCACHE_PROGRAM ccache)
if(CCACHE_PROGRAM)
  set(CMAKE_CXX_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
  set(CMAKE_C_COMPILER_LAUNCHER "${CCACHE_PROGRAM}")
endif()

add_library(audiomuse_flags INTERFACE)
target_compile_options(audiomuse_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wno-sign-conversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wcast-qual -Wformat=2 -Wundef -fno-strict-aliasing -fstack-protector-strong)
# For modules of loops over samples: vectorised by the compiler. Nothing here changes a value; errno and the floating-point exception
# flags, which nobody reads, are all that is given up.
add_library(audiomuse_loops INTERFACE)
target_compile_options(audiomuse_loops INTERFACE -fno-math-errno -fno-trapping-math $<$<CONFIG:Release>:-O3>)
if(AUDIOMUSE_WERROR)
  target_compile_options(audiomuse_flags INTERFACE -Werror)
endif()
if(NOT AUDIOMUSE_SANITIZE)
  add_compile_definitions("$<$<CONFIG:Release>:_FORTIFY_SOURCE=2>")
endif()
if(AUDIOMUSE_SANITIZE)
  add_compile_options("-fsanitize=${AUDIOMUSE_SANITIZE}" -fno-omit-frame-pointer)
  add_link_options("-fsanitize=${AUDIOMUSE_SANITIZE}")
  add_compile_definitions(AUDIOMUSE_SANITIZED=1)
  if(AUDIOMUSE_SANITIZE MATCHES "undefined")
    add_compile_options(-fno-sanitize-recover=undefined)
  endif()
endif()
if(AUDIOMUSE_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
