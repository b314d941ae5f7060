"""A stand-in for the practice's other software: an invented family practice and the files it would hand over."""
