# What the program serves from itself: all that lies under web/, by its path there, the OpenAPI document in both
# forms, and files of npm packages. tools/embed.mjs makes one source of them; api/embedded.h reads it.
find_program(EYED_NODE node REQUIRED)
set(generated ${PROJECT_BINARY_DIR}/generated)
set(described ${generated}/api/openapi.yaml ${generated}/api/openapi.json ${generated}/api/options.json)
set(swagger swagger-ui-bundle.js swagger-ui.css swagger-ui-bundle.js.LICENSE.txt)
list(TRANSFORM swagger PREPEND ${PROJECT_SOURCE_DIR}/third_party/node_modules/swagger-ui-dist/)
list(TRANSFORM swagger REPLACE "^.*/([^/]+)$" "assets/\\1=\\0" OUTPUT_VARIABLE swagger_named)
file(GLOB_RECURSE web CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/web/*)

add_custom_command(
    OUTPUT ${described}
    COMMAND ${EYED_NODE} ${PROJECT_SOURCE_DIR}/tools/describe_api.mjs ${PROJECT_SOURCE_DIR}/api/openapi.yaml ${generated}/api
    DEPENDS ${PROJECT_SOURCE_DIR}/tools/describe_api.mjs ${PROJECT_SOURCE_DIR}/api/openapi.yaml
    VERBATIM)
add_custom_command(
    OUTPUT ${generated}/embedded_files.cc ${generated}/embedded_files.bin
    COMMAND ${EYED_NODE} ${PROJECT_SOURCE_DIR}/tools/embed.mjs ${generated}/embedded_files
            ${generated}/api ${PROJECT_SOURCE_DIR}/web
            ${swagger_named}
    DEPENDS ${PROJECT_SOURCE_DIR}/tools/embed.mjs ${web} ${swagger} ${described}
    VERBATIM)
target_sources(eyed_api PRIVATE ${generated}/embedded_files.cc)
set_source_files_properties(${generated}/embedded_files.cc PROPERTIES OBJECT_DEPENDS ${generated}/embedded_files.bin)
