#include "alerting/template/letter_case.h"

#include <locale.h>
#include <cwctype>
#include <memory>
#include <vector>

#include "agent/base/code_point.h"
#include "agent/base/utf8.h"

namespace lapwing::alerting {
namespace {

/// glibc's tables of letters without any language's rules; the process's own locale is not asked.
class LetterTables {
 public:
  LetterTables() : locale_(newlocale(LC_CTYPE_MASK, "C.UTF-8", nullptr)) {}
  LetterTables(const LetterTables&) = delete;
  LetterTables& operator=(const LetterTables&) = delete;
  ~LetterTables() {
    if (locale_ != nullptr) freelocale(locale_);
  }

  wint_t upper(wint_t c) const {
    if (locale_ == nullptr || c < 0x80) return c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c;
    return towupper_l(c, locale_);
  }
  wint_t lower(wint_t c) const {
    if (locale_ == nullptr || c < 0x80) return c >= 'A' && c <= 'Z' ? c - 'A' + 'a' : c;
    return towlower_l(c, locale_);
  }
  bool letter(wint_t c) const {
    if (locale_ == nullptr || c < 0x80) return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
    return iswalpha_l(c, locale_) != 0;
  }

 private:
  locale_t locale_;
};

/// A character of the text; `code` is 0 for a byte that is no UTF-8.
struct Character {
  std::string_view bytes;
  wint_t code = 0;
};

std::vector<Character> characters_of(std::string_view text) {
  std::vector<Character> characters;
  characters.reserve(text.size());
  while (!text.empty()) {
    const std::size_t length = utf8_length(text);
    Character c{text.substr(0, length == 0 ? 1 : length), 0};
    if (length > 0) c.code = wint_t(code_point(c.bytes));
    text.remove_prefix(c.bytes.size());
    characters.push_back(c);
  }
  return characters;
}

void append_changed(std::string& out, const Character& c, wint_t changed) {
  if (changed == c.code) {
    out += c.bytes;
  } else {
    append_code_point(out, char32_t(changed));
  }
}

bool is_digit(wint_t c) { return c >= '0' && c <= '9'; }

template <typename Change>
std::string change_all(std::string_view text, Change change) {
  std::string out;
  out.reserve(text.size());
  for (const Character& c : characters_of(text)) append_changed(out, c, change(c.code));
  return out;
}

/// UAX 29's MidLetter and MidNumLet: between two letters they do not end a word.
bool joins_letters(wint_t c) {
  return c == '\'' || c == '.' || c == ':' || c == 0xb7 || c == 0x2018 || c == 0x2019 ||
         c == 0x2024 || c == 0x2027;
}

}  // namespace

std::string to_upper(std::string_view text) {
  const LetterTables tables;
  return change_all(text, [&](wint_t c) { return tables.upper(c); });
}

std::string to_lower(std::string_view text) {
  const LetterTables tables;
  return change_all(text, [&](wint_t c) { return tables.lower(c); });
}

std::string title_case(std::string_view text, TitleRest rest) {
  const LetterTables tables;
  const auto characters = characters_of(text);
  const auto in_word = [&](wint_t c) { return tables.letter(c) || is_digit(c) || c == '_'; };
  std::string out;
  out.reserve(text.size());
  bool titled = false;  // this word has its large letter
  for (std::size_t i = 0; i < characters.size(); ++i) {
    const Character& c = characters[i];
    const bool joins = joins_letters(c.code) && i > 0 && i + 1 < characters.size() &&
                       tables.letter(characters[i - 1].code) &&
                       tables.letter(characters[i + 1].code);
    if (!in_word(c.code) && !joins) titled = false;
    if (!tables.letter(c.code)) {
      out += c.bytes;
      continue;
    }
    const wint_t later = rest == TitleRest::Lower ? tables.lower(c.code) : c.code;
    append_changed(out, c, titled ? later : tables.upper(c.code));
    titled = true;
  }
  return out;
}

}  // namespace lapwing::alerting
