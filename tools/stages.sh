# The stages of `./dev check`, each a function; `./dev stage NAME` runs one. Each prints what is
# wrong, ends with one line `N passed, N failed`, and fails when something did. Sourced by ../dev.

# The kernel's address randomisation may put a program where the sanitizers of gcc 12 keep their
# shadow; without it they always start.
fixed_addresses() {
    if setarch "$(uname -m)" -R true 2>/dev/null; then
        setarch "$(uname -m)" -R "$@"
    else
        "$@"
    fi
}

stage_format() {
    local files wrong=0 file
    mapfile -t files < <(find src bench fuzz tests -name '*.h' -o -name '*.cc' | sort)
    for file in "${files[@]}"; do
        clang-format-19 --dry-run -Werror "$file" || wrong=$((wrong + 1))
    done
    ((wrong == 0)) || echo "mend with: clang-format-19 -i FILE"
    printf '%d passed, %d failed\n' $((${#files[@]} - wrong)) "$wrong"
    ((wrong == 0))
}

stage_layers() {
    node tools/run_tests.mjs tests/layers
}

stage_tidy() {
    build_preset dev all bench_tools
    node tools/tidy.mjs --build build/dev --jobs "$(jobs)"
}

stage_asan() {
    build_preset asan all_tests
    export ASAN_OPTIONS=strict_string_checks=1:detect_stack_use_after_return=1
    export LSAN_OPTIONS="suppressions=$root/tools/lsan.supp:print_suppressions=0"
    export UBSAN_OPTIONS=print_stacktrace=1
    fixed_addresses node tools/run_tests.mjs --build build/asan --jobs 2
}

# The rooms with threads (the preset names them). DuckDB is not instrumented and is trusted.
stage_tsan() {
    build_preset tsan all_tests
    export TSAN_OPTIONS="suppressions=$root/tools/tsan.supp:halt_on_error=1:second_deadlock_stack=1"
    fixed_addresses node tools/run_tests.mjs --build build/tsan --jobs 2
}

stage_fuzz() {
    build_preset fuzz all_fuzz
    node tools/fuzz.mjs --build build/fuzz --seconds 10 --seed 1
}
