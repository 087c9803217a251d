// ProbeSuggestion: a probe that somebody could want; nothing runs it by itself.
#pragma once

#include <string>

namespace lapwing {

struct ProbeSuggestion {
  std::string target;   ///< as a probe takes it: "http://127.0.0.1:80", "127.0.0.1:6379"
  std::string module;   ///< one of those that there are without configuration
  std::string program;  ///< that listens there; "" where we may not know
};

}  // namespace lapwing
