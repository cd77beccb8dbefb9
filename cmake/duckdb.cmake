# DuckDB: the one under DUCKDB_ROOT, else the system's, else the one that npm brought to third_party.
set(bindings ${PROJECT_SOURCE_DIR}/third_party/node_modules/@duckdb)
find_path(DUCKDB_INCLUDE duckdb.h
    HINTS ${DUCKDB_ROOT} ${DUCKDB_ROOT}/include $ENV{DUCKDB_ROOT} $ENV{DUCKDB_ROOT}/include
          ${PROJECT_SOURCE_DIR}/third_party/node_modules/duckdb/src/duckdb/src/include)
find_library(DUCKDB_LIBRARY duckdb
    HINTS ${DUCKDB_ROOT} ${DUCKDB_ROOT}/lib $ENV{DUCKDB_ROOT} $ENV{DUCKDB_ROOT}/lib
          ${bindings}/node-bindings-linux-x64 ${bindings}/node-bindings-linux-arm64)
if(NOT DUCKDB_INCLUDE OR NOT DUCKDB_LIBRARY)
    message(FATAL_ERROR "DuckDB is not there: run ./dev build, which installs it, or set DUCKDB_ROOT")
endif()
add_library(duckdb SHARED IMPORTED)
set_target_properties(duckdb PROPERTIES
    IMPORTED_LOCATION ${DUCKDB_LIBRARY}
    INTERFACE_INCLUDE_DIRECTORIES ${DUCKDB_INCLUDE}
    INTERFACE_SYSTEM_INCLUDE_DIRECTORIES ${DUCKDB_INCLUDE})
