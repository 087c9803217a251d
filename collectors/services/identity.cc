#include "collectors/services/identity.h"

#include <algorithm>
#include <array>
#include <cctype>

namespace lapwing::collectors::services {
namespace {

constexpr std::size_t kCommLimit = 15;  // TASK_COMM_LEN without its NUL
constexpr std::size_t kArgumentLimit = 64;
constexpr std::size_t kNameLimit = 128;
constexpr std::string_view kKernel = "kernel";

std::string_view base_name(std::string_view path) {
  const std::size_t slash = path.rfind('/');
  return slash == std::string_view::npos ? path : path.substr(slash + 1);
}

// "python3.11" → "python": what follows is the version.
std::string_view without_version(std::string_view name) {
  const std::size_t end = name.find_last_not_of("0123456789.");
  return end == std::string_view::npos ? name : name.substr(0, end + 1);
}

bool is_interpreter(std::string_view name) {
  static constexpr std::array<std::string_view, 14> kInterpreters = {
      "bash", "dash", "java",   "lua",  "node", "nodejs", "perl",
      "php",  "pypy", "python", "ruby", "sh",   "zsh",    "ksh"};
  const std::string_view bare = without_version(name);
  return std::find(kInterpreters.begin(), kInterpreters.end(), bare) != kInterpreters.end();
}

bool is_shell(std::string_view interpreter) { return interpreter.ends_with("sh"); }

// Whether the option brings the program's text itself: sh -ec 'text', perl -ne 'text'.
bool brings_text(std::string_view interpreter, std::string_view option) {
  if (option.starts_with("--")) return option == "--eval";
  const char last = option.back();
  if (is_shell(interpreter) || interpreter.starts_with("python")) return last == 'c';
  return last == 'e' && !interpreter.starts_with("java");
}

// Whether the option's value is the argument behind it: bash -euo pipefail, java -cp a.jar.
bool takes_value(std::string_view interpreter, std::string_view option) {
  if (option.starts_with("--")) return false;
  const char last = option.back();
  if (is_shell(interpreter)) return last == 'o' || last == 'O';
  if (interpreter.starts_with("python")) return last == 'W' || last == 'X';
  return option == "-cp" || option == "-classpath" || option == "-I" || option == "-r";
}

// What the interpreter runs: the first argument that is no option; for `-m module` and `-jar file`
// what follows. Nothing for a text on the command line.
std::string_view script_of(std::string_view interpreter,
                           const std::vector<std::string>& arguments) {
  for (std::size_t i = 1; i < arguments.size(); ++i) {
    const std::string_view argument = arguments[i];
    if (argument == "-m" || argument == "-jar")
      return i + 1 < arguments.size() ? base_name(arguments[i + 1]) : std::string_view();
    if (argument.size() < 2 || argument.front() != '-') return base_name(argument);
    if (brings_text(interpreter, argument)) return {};
    if (takes_value(interpreter, argument)) ++i;
  }
  return {};
}

// A name that a number makes another one each time (a pid in a temporary script) is none.
bool is_steady(std::string_view name) {
  std::size_t run = 0;
  for (const unsigned char c : name) {
    run = std::isdigit(c) != 0 ? run + 1 : 0;
    constexpr std::size_t kDigitsOfPids = 3;
    if (run >= kDigitsOfPids) return false;
  }
  return std::any_of(name.begin(), name.end(),
                     [](unsigned char c) { return std::isalpha(c) != 0; });
}

std::string_view first_word(const std::vector<std::string>& arguments) {
  if (arguments.empty()) return {};
  const std::string_view zeroth = arguments.front();
  return zeroth.substr(0, zeroth.find(' '));
}

// One executable may have many names, each a link to it: redis-server is Debian's redis-check-rdb,
// and BusyBox is anything. exec sets comm to the name that was called, cut after 15 bytes, and
// argv[0] may be anything: where both agree, that is the name.
std::string_view called_as(const ProcessFacts& facts) {
  std::string_view name = base_name(first_word(facts.arguments));
  if (name.ends_with(':')) name.remove_suffix(1);  // "sshd: root", a title
  const bool cut = facts.comm.size() == kCommLimit;
  return cut ? (name.starts_with(facts.comm) ? name : std::string_view())
             : (name == facts.comm ? name : std::string_view());
}

// What lies in memory alone has a name that its loader made up.
bool made_up(std::string_view name) {
  return name.starts_with("/memfd:") || name.starts_with("memfd:");
}

std::string printable(std::string_view text) {
  std::string clean(text.substr(0, kNameLimit));
  for (char& c : clean)
    if (std::iscntrl(static_cast<unsigned char>(c)) != 0) c = '?';
  return clean;
}

std::string join(const std::vector<std::string>& arguments) {
  std::string joined;
  for (const std::string& argument : arguments) {
    if (!joined.empty()) joined += ' ';
    joined += argument;
  }
  return joined;
}

/// One matcher of a rule: passes when there is none; the first that there is expands the name.
class RuleMatch {
 public:
  explicit RuleMatch(const ServiceRule& rule) : rule_(rule) {}

  bool take(const std::optional<Regex>& pattern, std::string_view text) {
    if (!pattern) return true;
    if (!expanded_.empty()) return pattern->matches(text);
    return pattern->expand(text, rule_.name, expanded_);
  }
  std::string name() const { return expanded_.empty() ? rule_.name : expanded_; }

 private:
  const ServiceRule& rule_;
  std::string expanded_;
};

std::optional<ServiceIdentity> match(const ServiceRule& rule, const ProcessFacts& facts) {
  const bool unit = facts.owner && facts.owner->kind == CgroupOwner::Kind::Unit;
  const bool container = facts.owner && !unit;
  if (rule.unit && !unit) return std::nullopt;
  if (rule.container && !container) return std::nullopt;
  RuleMatch found(rule);
  const std::string_view executable =
      facts.executable.empty() ? std::string_view(facts.comm) : std::string_view(facts.executable);
  if (!found.take(rule.unit, unit ? std::string_view(facts.owner->name) : std::string_view()) ||
      !found.take(rule.container, facts.container_name))
    return std::nullopt;
  // A pattern without a slash is about the name.
  const bool by_name = rule.executable && rule.executable->pattern().find('/') == std::string::npos;
  if (!found.take(rule.executable, by_name ? base_name(executable) : executable) &&
      !(by_name && found.take(rule.executable, called_as(facts))))
    return std::nullopt;
  if (rule.command_line && !found.take(rule.command_line, join(facts.arguments)))
    return std::nullopt;
  if (!found.take(rule.user, facts.user)) return std::nullopt;
  if (!rule.ports.empty() &&
      std::none_of(rule.ports.begin(), rule.ports.end(), [&](std::uint16_t port) {
        return std::find(facts.ports.begin(), facts.ports.end(), port) != facts.ports.end();
      }))
    return std::nullopt;
  ServiceIdentity identity{printable(found.name())};
  identity.kind = rule.unit        ? ServiceKind::Unit
                  : rule.container ? ServiceKind::Container
                                   : ServiceKind::Processes;
  identity.by_process = rule.executable || rule.command_line || rule.user || !rule.ports.empty();
  return identity;
}

}  // namespace

std::vector<std::string> parse_command_line(std::string_view content) {
  std::vector<std::string> arguments;
  while (!content.empty() && arguments.size() < kArgumentLimit) {
    const std::size_t end = std::min(content.find('\0'), content.size());
    arguments.emplace_back(content.substr(0, end));
    content.remove_prefix(std::min(end + 1, content.size()));
  }
  return arguments;
}

std::string executable_name(const ProcessFacts& facts) {
  if (facts.kernel_thread) return std::string(kKernel);
  std::string_view path = facts.executable;
  if (path.ends_with(" (deleted)")) path.remove_suffix(std::string_view(" (deleted)").size());
  std::string_view found = called_as(facts);
  if (!is_steady(found)) found = made_up(path) ? std::string_view() : base_name(path);
  if (found.empty() && !made_up(facts.comm)) found = facts.comm;
  if (found.empty()) found = base_name(first_word(facts.arguments));
  if (is_interpreter(found)) {
    const std::string_view script = script_of(found, facts.arguments);
    if (is_steady(script) && script.find(' ') == std::string_view::npos) found = script;
  }
  return found.empty() ? "unknown" : printable(found);
}

ServiceIdentity identify(const ProcessFacts& facts, const std::vector<ServiceRule>& rules) {
  for (const ServiceRule& rule : rules)
    if (auto identity = match(rule, facts); identity && !identity->name.empty()) return *identity;
  if (!facts.owner) return {executable_name(facts), ServiceKind::Processes, false};
  if (facts.owner->kind == CgroupOwner::Kind::Unit)
    return {printable(facts.owner->name), ServiceKind::Unit, false};
  return {printable(facts.container_name), ServiceKind::Container, false};
}

}  // namespace lapwing::collectors::services
