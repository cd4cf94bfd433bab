"""Asks a person before something is removed."""


def ask_to_confirm(question: str) -> bool:
    """Return whether a person says yes; where nobody can answer, the answer is no."""
    try:
        return input(f"{question} [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:
        # Nobody answers, so nobody has ended the line of the question.
        print()
        return False
