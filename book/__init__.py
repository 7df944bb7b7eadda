"""The book: the course, the reference and an atlas of the operations as a site. `python -m book` builds it in build/book."""
