"""What an agreement says, for people: in sentences, compared with another, as a page, as a picture. Pure."""
