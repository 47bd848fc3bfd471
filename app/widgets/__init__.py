"""Functions that draw one reusable piece of a page, grouped by the page that they are on."""
