"""What README.md lists is what the tree has."""
import re
import unittest

import tree


class Readme(unittest.TestCase):
    def setUp(self):
        self.readme = tree.text("README.md")

    def test_the_map_names_every_folder_of_sources(self):
        folders = {"/".join(p.parts[:2]) if p.parts[0] != "rules" else "rules"
                   for p in tree.files("agent/*.cc", "collectors/*.cc", "alerting/*.cc", "dashboard/*.cc")
                   if len(p.parts) > 2}
        named = set(re.findall(r"`((?:agent|collectors|alerting|dashboard|rules)[a-z/_]*?)/?`", self.readme))
        self.assertEqual(set(), folders - named)

    def test_every_folder_and_file_that_it_names_exists(self):
        named = re.findall(r"`((?:agent|collectors|alerting|dashboard|rules|tests|\.ci)/[A-Za-z0-9_./-]*)`", self.readme)
        self.assertEqual([], [n for n in named if "NAME" not in n and not (tree.ROOT / n).exists()])

    def test_its_commands_are_those_of_the_front_door(self):
        commands = set(re.findall(r"\./dev ([a-z]+)", self.readme))
        offered = set(re.findall(r"^  ([a-z]+) ", tree.text("dev"), re.MULTILINE))
        self.assertTrue(commands)
        self.assertEqual(set(), commands - offered)

    def test_pictures_are_there(self):
        for picture in re.findall(r"!\[[^]]*\]\(([^)]+)\)", self.readme):
            self.assertTrue((tree.ROOT / picture).is_file(), picture)


if __name__ == "__main__":
    unittest.main()
