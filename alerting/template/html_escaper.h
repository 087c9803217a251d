// HtmlEscaper: writes a template's values as the place in the page wants them, as Go's
// html/template does: in text, tags' attributes, links, styles and scripts. It follows the page as
// it is written instead of working out each branch beforehand.
#pragma once

#include <string>
#include <string_view>

#include "alerting/template/evaluator.h"

namespace lapwing::alerting {

class HtmlEscaper final : public TemplateEscaper {
 public:
  /// Comments of the page are left out, as Go leaves them out.
  void text(std::string_view text, std::string& out) override;
  void value(const TemplateValue& value, std::string& out) override;

 private:
  enum class Place {
    Text,
    Comment,
    Tag,  ///< inside of <…>, between attributes
    AttributeName,
    AfterName,    ///< an = may follow
    BeforeValue,  ///< behind the =
    AttributeValue,
    RawText,  ///< what stands in <title> and <textarea>
    Script,
    Style,
  };
  enum class Attribute { Plain, Link, Style, Script };
  /// How far a link has come by the template's own text.
  enum class LinkPart { Start, Path, Query };

  std::size_t text_step(std::string_view rest, std::string& out);
  std::size_t content_step(std::string_view rest, std::string& out);
  void tag_step(char c);
  void begin_tag(std::string_view rest);
  void end_tag();
  /// `first`: the quote, the first character of a value without quotes, or 0: a value comes.
  void begin_value(char first);
  void value_step(char c);
  void script_step(char c);
  std::string attribute_text(const TemplateValue& value) const;
  std::string link_text(const TemplateValue& value) const;
  std::string script_text(const TemplateValue& value) const;

  Place place_ = Place::Text;
  std::string element_;    // the tag's name, in small letters
  bool closing_ = false;   // </…>
  std::string attribute_;  // its name so far, in small letters
  Attribute kind_ = Attribute::Plain;
  char quote_ = 0;  // around the attribute's value; 0: none
  LinkPart link_ = LinkPart::Start;
  char script_quote_ = 0;  // the script's string that is open
  bool script_escape_ = false;
};

}  // namespace lapwing::alerting
