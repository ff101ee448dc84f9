#include "providers/databricks/kinds/kinds.hpp"

namespace dbplan::databricks {
namespace {

constexpr SchemaField kFolderFields[] = {{"path", "string", true}};
constexpr SchemaField kFilesFields[] = {
    {"files", "map<string,string>", false, true},
    {"path", "string"},
    {"source", "string", true},
};
constexpr SchemaType kTypes[] = {{"Files", kFilesFields}, {"Folder", kFolderFields}};
constexpr Schema kSchema{kTypes, {}};

}  // namespace

// Source: Workspace API 2.0. A folder is its path; it is made with mkdirs.
constinit const Kind kFolders{
    .name = "folders",
    .noun = "folder",
    .schema = &kSchema,
    .body_type = "Folder",
    .id_field = "path",
    .name_field = "path",
    .key_field = "path",
    .in_tree = true,
    .permission_object = "directories",
    .caller_level = "CAN_MANAGE",
};

// A file, or a folder of files as one row: compared by content, sent with import-file.
constinit const Kind kFiles{
    .name = "files",
    .noun = "files",
    .schema = &kSchema,
    .body_type = "Files",
    .id_field = "path",
    .name_field = "path",
    .key_field = "path",
    .in_tree = true,
};

}  // namespace dbplan::databricks
