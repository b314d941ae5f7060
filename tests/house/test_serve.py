"""How the web is served: gunicorn knows each option that we give it."""

from gunicorn.config import Config

from portal.cli import gunicorn_arguments


def test_gunicorn_listens_here_alone_and_takes_no_commands() -> None:
    given = Config().parser().parse_args(gunicorn_arguments(8000, 2))
    assert given.bind == ["127.0.0.1:8000"]
    assert given.args == ["wsgi:application"]
    assert given.control_socket_disable is True
