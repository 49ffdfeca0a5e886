"""What `slugs` promises."""

import unittest

from slugs import slug


class TestSlug(unittest.TestCase):
    def test_words(self) -> None:
        self.assertEqual(slug("Hello, World"), "hello-world")

    def test_nothing(self) -> None:
        self.assertEqual(slug("…"), "")
