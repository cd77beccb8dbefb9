# Every target: warnings are errors, and the CPU floor is x86-64-v2 plus carry-less multiply (2011 on).
add_compile_options(-Wall -Wextra -Wpedantic -Werror -Wno-missing-field-initializers)
if(CMAKE_SYSTEM_PROCESSOR STREQUAL "x86_64")
    add_compile_options(-march=x86-64-v2 -mpclmul)
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL "GNU")
    # gcc 12 sees overflows and leaks in inlined library code that are not there (PR 105562, 105329, 106199).
    add_compile_options(-Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread
                        -Wno-array-bounds -Wno-maybe-uninitialized -Wno-free-nonheap-object
                        -Wno-dangling-pointer)
    if(EYED_SANITIZE STREQUAL "thread")
        add_compile_options(-Wno-tsan)
    endif()
endif()
if(EYED_SANITIZE)
    add_compile_options(-fsanitize=${EYED_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${EYED_SANITIZE})
endif()
if(EYED_FUZZ)
    add_compile_options(-fsanitize=fuzzer-no-link)
endif()
find_program(EYED_MOLD mold)
find_program(EYED_LLD ld.lld)
if(EYED_MOLD)
    add_link_options(-fuse-ld=mold)
elseif(EYED_LLD)
    add_link_options(-fuse-ld=lld)
endif()
if(NOT EYED_FUZZ)  # clang's sanitizers live in the program, and the libraries must find them there
    add_link_options(-Wl,--version-script=${CMAKE_CURRENT_SOURCE_DIR}/tools/no_exports.map)
endif()
find_program(EYED_CCACHE ccache)
if(EYED_CCACHE)
    # A clone at another path, or a shell of another language, finds what this one compiled.
    set(CMAKE_CXX_COMPILER_LAUNCHER ${CMAKE_COMMAND} -E env
        CCACHE_BASEDIR=${PROJECT_SOURCE_DIR} CCACHE_NOHASHDIR=1
        CCACHE_SLOPPINESS=time_macros,locale ${EYED_CCACHE})
endif()
