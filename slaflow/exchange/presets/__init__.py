"""Maps for the exports of well-known systems, made to fit the agreement in force and the file at hand."""
