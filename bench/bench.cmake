# The tools of `./dev bench`; nothing else builds them.
find_package(CLI11 REQUIRED)
add_executable(bench_load EXCLUDE_FROM_ALL bench/load.cc bench/connection.cc bench/request.cc)
target_link_libraries(bench_load PRIVATE fmt::fmt CLI11::CLI11 Threads::Threads)
add_executable(bench_store EXCLUDE_FROM_ALL bench/store.cc bench/duckdb_alone.cc bench/refusals.cc)
target_link_libraries(bench_store PRIVATE eyed_store duckdb CLI11::CLI11)
add_custom_target(bench_tools)
add_dependencies(bench_tools bench_load bench_store)
