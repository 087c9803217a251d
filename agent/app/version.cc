#include "agent/app/version.h"

#include "agent/app/version_data.h"  // made by CMake

namespace lapwing::app {

const std::string_view kVersion = LAPWING_VERSION;
const std::string_view kRevision = LAPWING_REVISION;
const std::string_view kCompiler = "g++ " __VERSION__;

}  // namespace lapwing::app
