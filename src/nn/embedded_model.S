/* The weight file as read-only data. The directives are those of GNU as and of clang, on x86-64 and arm64 alike. */
    .section .rodata.audiomuse_model, "a", %progbits
    .balign 64
    .globl audiomuse_model_begin
    .hidden audiomuse_model_begin
    .type audiomuse_model_begin, %object
audiomuse_model_begin:
    .incbin AUDIOMUSE_MODEL_FILE
    .size audiomuse_model_begin, . - audiomuse_model_begin
    .globl audiomuse_model_end
    .hidden audiomuse_model_end
    .type audiomuse_model_end, %object
audiomuse_model_end:
    .byte 0
    .size audiomuse_model_end, 1

    .section .note.GNU-stack, "", %progbits
