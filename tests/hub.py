"""A stand-in for the Hugging Face hub on this machine: its API as far as pushing and fetching models goes."""
import base64
import hashlib
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

TOKEN = 'hf_of_the_tests'


class Hub(ThreadingHTTPServer):
    """``repos``: name -> {path: bytes}; ``pushed``: by name and revision; ``requests``: what was asked."""
    daemon_threads = True

    def __init__(self):
        super().__init__(('127.0.0.1', 0), Handler)
        self.repos, self.pushed, self.requests, self.private = {}, {}, [], set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f'http://127.0.0.1:{self.server_address[1]}'

    def commit(self, name):
        """The revision that a repository has now."""
        return hashlib.sha1(repr(sorted(self.repos[name].items())).encode()).hexdigest()

    def use(self, monkeypatch, cache):
        """huggingface_hub talks to this one, with an empty cache."""
        from huggingface_hub import constants
        template = self.url + '/{repo_id}/resolve/{revision}/{filename}'
        for name, value in (('HF_HUB_OFFLINE', False), ('ENDPOINT', self.url), ('HF_HUB_CACHE', str(cache)),
                            ('HUGGINGFACE_CO_URL_TEMPLATE', template)):
            monkeypatch.setattr(constants, name, value)
        monkeypatch.setenv('HF_TOKEN', TOKEN)


class Handler(BaseHTTPRequestHandler):
    """The requests of ``create_repo``, ``upload_folder`` and ``hf_hub_download``."""
    protocol_version = 'HTTP/1.1'

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get('Content-Length', 0)))
        self.server.requests.append(f'POST {self.path}')
        path = self.path.split('?')[0]
        if self.headers.get('Authorization') != f'Bearer {TOKEN}':
            return self.answer(401, {'error': 'no token'})
        if path == '/api/repos/create':
            content = json.loads(body)
            name = '/'.join(filter(None, (content.get('organization'), content['name'])))
            self.server.repos.setdefault(name, {})
            if content.get('private') or content.get('visibility') == 'private':
                self.server.private.add(name)
            return self.answer(200, {'url': f'{self.server.url}/{name}'})
        if path == '/api/validate-yaml':
            return self.answer(200, {'errors': [], 'warnings': []})
        name, action = re.fullmatch(r'/api/models/(.+?/.+?)/(preupload|commit)/main', path).groups()
        if action == 'preupload':
            files = [{'path': file['path'], 'uploadMode': 'regular', 'shouldIgnore': False}
                     for file in json.loads(body)['files']]
            return self.answer(200, {'files': files})
        for line in map(json.loads, body.splitlines()):
            if line['key'] == 'file':
                self.server.repos[name][line['value']['path']] = base64.b64decode(line['value']['content'])
        self.server.pushed[name, self.server.commit(name)] = dict(self.server.repos[name])
        return self.answer(200, {'commitOid': self.server.commit(name),
                                 'commitUrl': f'{self.server.url}/{name}/commit/1'})

    def do_GET(self):
        self.server.requests.append(f'{self.command} {self.path}')
        found = re.fullmatch(r'/(.+?/.+?)/resolve/([^/]+)/(.+)', self.path)
        if found is None or found[1] not in self.server.repos:
            return self.answer(404, {'error': 'not found'}, {'X-Error-Code': 'RepoNotFound'})
        revision = self.server.commit(found[1]) if found[2] == 'main' else found[2]
        pushed = self.server.pushed.get((found[1], revision))
        files = self.server.repos[found[1]] if found[2] == 'main' else pushed
        if files is None or found[3] not in files:
            kind = 'Revision' if files is None else 'Entry'
            return self.answer(404, {'error': 'not found'}, {'X-Error-Code': f'{kind}NotFound'})
        content = files[found[3]]
        return self.answer(200, content, {
            'ETag': f'"{hashlib.sha256(content).hexdigest()}"', 'X-Repo-Commit': revision})

    do_HEAD = do_GET

    def answer(self, code, content, headers=()):
        if isinstance(content, dict):
            content = json.dumps(content).encode()
        self.send_response(code)
        for key, value in {**dict(headers), 'Content-Length': str(len(content))}.items():
            self.send_header(key, value)
        self.end_headers()
        if self.command != 'HEAD':
            self.wfile.write(content)

    def log_message(self, *args):
        """Nothing."""
