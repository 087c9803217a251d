// The page's compressed files as bytes of the binary, each between NAME and NAME_end.
// The files are written by build.mjs; assets.cc describes them.
    .macro asset name, file
    .global lapwing_web_\name
    .global lapwing_web_\name\()_end
    .balign 8
lapwing_web_\name:
    .incbin "\file"
lapwing_web_\name\()_end:
    .byte 0
    .endm

    .section .rodata
    asset index_html, "index_html.gz"
    asset app_js, "app_js.gz"
    asset app_css, "app_css.gz"
    asset favicon_svg, "favicon_svg.gz"
    .section .note.GNU-stack, "", %progbits
