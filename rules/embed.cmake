# cmake -DFILES="a.yml;b.yml" -DOUTPUT=x.cc -P embed.cmake
# Writes the files as raw string literals, cut into pieces below the length that compilers must
# take (C++ [implimits]: 65,536 characters).
set(tables "")
set(entries "")
set(number 0)
foreach(file ${FILES})
  get_filename_component(name ${file} NAME)
  file(READ ${file} text)
  string(LENGTH "${text}" length)
  set(literal "")
  set(at 0)
  while(at LESS length)
    string(SUBSTRING "${text}" ${at} 8000 piece)
    string(APPEND literal "R\"~~~(${piece})~~~\"\n")
    math(EXPR at "${at} + 8000")
  endwhile()
  string(APPEND tables "constexpr char kText${number}[] = ${literal};\n")
  string(APPEND entries "    {\"shipped/${name}\", {kText${number}, sizeof kText${number} - 1}},\n")
  math(EXPR number "${number} + 1")
endforeach()
file(WRITE ${OUTPUT} "// Made from rules/*.yml by rules/embed.cmake.
#include \"rules/embedded.h\"

namespace lapwing::rules {
namespace {

${tables}
constexpr EmbeddedFile kFiles[] = {
${entries}};

}  // namespace

std::span<const EmbeddedFile> embedded_files() { return kFiles; }

}  // namespace lapwing::rules
")
