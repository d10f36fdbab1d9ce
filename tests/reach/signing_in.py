import time


def sign_in(client, user):
    """The client of one who gave the password just now."""
    client.force_login(user)
    session = client.session
    session["signed_in_at"] = time.time()
    session.save()
    return client
