# audiomuse_embed(TARGET FILE SYMBOL)
#
# Puts a file into the read-only data of a library, between the symbols SYMBOL_begin and SYMBOL_end.
function(audiomuse_embed TARGET FILE SYMBOL)
  set(source "${CMAKE_CURRENT_BINARY_DIR}/${SYMBOL}.S")
  file(WRITE "${source}.new" "\
    .section .rodata\n\
    .global ${SYMBOL}_begin\n\
    .global ${SYMBOL}_end\n\
    .balign 64\n\
${SYMBOL}_begin:\n\
    .incbin \"${FILE}\"\n\
${SYMBOL}_end:\n\
    .byte 0\n\
    .section .note.GNU-stack,\"\",%progbits\n")
  file(COPY_FILE "${source}.new" "${source}" ONLY_IF_DIFFERENT)
  set_source_files_properties("${source}" PROPERTIES OBJECT_DEPENDS "${FILE}")
  target_sources(${TARGET} PRIVATE "${source}")
endfunction()
