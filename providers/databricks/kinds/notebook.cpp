#include "providers/databricks/kinds/kinds.hpp"

namespace dbplan::databricks {
namespace {

constexpr std::string_view kLanguages[] = {"PYTHON", "SQL", "SCALA", "R"};
constexpr SchemaEnum kEnums[] = {{"Language", kLanguages}};
constexpr SchemaField kNotebookFields[] = {
    {"language", "enum:Language"},
    {"path", "string"},
    {"source", "string", true},
};
constexpr SchemaType kTypes[] = {{"Notebook", kNotebookFields}};
constexpr Schema kSchema{kTypes, kEnums};

}  // namespace

// Source: Workspace API 2.0. A notebook is its path; its text is compared by content, not by field.
// The provider's notebook calls (import, export, folder listing) are used instead of a Call table,
// because the text travels base64-encoded beside the fields.
constinit const Kind kNotebooks{
    .name = "notebooks",
    .noun = "notebook",
    .schema = &kSchema,
    .body_type = "Notebook",
    .id_field = "path",
    .name_field = "path",
    .key_field = "path",
    .in_tree = true,
    .permission_object = "notebooks",
    .caller_level = "CAN_MANAGE",
};

}  // namespace dbplan::databricks
