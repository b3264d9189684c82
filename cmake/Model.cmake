# The MusiCNN weight file that the build embeds: library target audiomuse_model, header <nn/embedded_model.hpp>.
#
# The file lies in build/model of the source folder, whatever the preset, so that all presets share one download.
option(AUDIOMUSE_EMBED_MODEL "Get the MusiCNN model at configure time and embed it into the executable" ON)

set(model_file "${PROJECT_SOURCE_DIR}/build/model/msd_musicnn.weights")
if(AUDIOMUSE_EMBED_MODEL)
  # Returns at once when the file is there and whole.
  execute_process(COMMAND "${PROJECT_SOURCE_DIR}/scripts/get-model" "${model_file}" RESULT_VARIABLE model_result)
  if(NOT model_result EQUAL 0)
    message(WARNING
      "scripts/get-model failed: the program is built without its model and will have no moods, no tags and no embedding. "
      "Configure again once the model can be had, or give the program a weight file by its setting model_file.")
  endif()
else()
  set(model_result 1)
  message(STATUS "Built without the model, as AUDIOMUSE_EMBED_MODEL says: no moods, no tags, no embedding")
endif()

add_library(audiomuse_model STATIC "${PROJECT_SOURCE_DIR}/src/nn/embedded_model.cpp")
target_include_directories(audiomuse_model PUBLIC "${PROJECT_SOURCE_DIR}/src")
if(model_result EQUAL 0)
  set(model_assembly "${PROJECT_SOURCE_DIR}/src/nn/embedded_model.S")
  target_sources(audiomuse_model PRIVATE "${model_assembly}")
  target_compile_definitions(audiomuse_model PRIVATE AUDIOMUSE_MODEL_EMBEDDED=1)
  set_source_files_properties("${model_assembly}" PROPERTIES
    COMPILE_DEFINITIONS "AUDIOMUSE_MODEL_FILE=\"${model_file}\"" OBJECT_DEPENDS "${model_file}")
endif()
