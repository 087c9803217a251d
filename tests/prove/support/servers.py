"""What proofs beside a real Prometheus share."""
from lapwing import request


def ready(url):
    """Whether the server at `url` says that it serves; False while nobody listens."""
    try:
        return request(url + "/-/ready", seconds=2)[0] == 200
    except OSError:
        return False
