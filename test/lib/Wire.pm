# A client that speaks PostgreSQL's protocol message by message, for what no
# library would send.
#
#     my $w = Wire->connect($conversation, DateStyle => 'ISO');
#     my $r = $w->query('SELECT 1');      # a simple query, to ReadyForQuery
#     $w->parse('', 'SELECT $1::int'); $w->bind('', '', [7]); $w->execute('', 0);
#     $r = $w->sync;                      # all answers up to ReadyForQuery
#     $r->{rows}     the rows, [ [ '7' ] ], undef for NULL
#     $r->{tags}     command tags
#     $r->{errors}   of hashes by field: C the SQLSTATE, M the message ...
#     $r->{columns}  names, of each RowDescription
#     $r->{params}   type OIDs, of each ParameterDescription
#     $r->{types}    the messages' types in order, such as "12DCZ"
#     $r->{copied}   what CopyData brought
#     $r->{value}    what a FunctionCall returned
#
# A refused login dies with "SQLSTATE message".

package Wire;

use strict;
use warnings;
use Digest::SHA qw(hmac_sha256 sha256);
use IO::Select;
use IO::Socket::UNIX;
use MIME::Base64;

sub connect
{
	my ($class, $who, %startup) = @_;
	my $self = bless { buffer => '', parameter => {} }, $class;
	$self->dial;
	my %all = (user => $who->{role}, database => $ENV{PGDATABASE}, %startup);
	my $packet = pack('N', 3 << 16) . join('', map { "$_\0$all{$_}\0" } sort keys %all) . "\0";
	$self->raw(pack('N', 4 + length $packet) . $packet);
	$self->authenticate($who->{password});
	my $r = $self->collect;
	die "$r->{errors}[0]{C} $r->{errors}[0]{M}\n" if @{ $r->{errors} };
	return $self;
}

sub dial
{
	my ($self) = @_;
	$self->{socket} = IO::Socket::UNIX->new("$ENV{PGHOST}/.s.PGSQL.$ENV{PGPORT}") or die "cannot connect: $!\n";
	return;
}

# Sends bytes as they are.
sub raw
{
	my ($self, $bytes) = @_;
	local $SIG{PIPE} = 'IGNORE';
	while (length $bytes)
	{
		my $n = syswrite $self->{socket}, $bytes;
		return if !defined $n;    # reading tells
		substr($bytes, 0, $n) = '';
	}
	return;
}

sub message
{
	my ($self, $type, $body) = @_;
	return $self->raw($type . pack('N', 4 + length $body) . $body);
}

sub receive
{
	my ($self, $want, $deadline) = @_;
	while (length $self->{buffer} < $want)
	{
		my $left = $deadline - time;
		die "no answer in time\n" if $left <= 0 || !IO::Select->new($self->{socket})->can_read($left);
		my $n = sysread $self->{socket}, $self->{buffer}, 65536, length $self->{buffer};
		return if !$n;
	}
	return substr $self->{buffer}, 0, $want, '';
}

# The next message, (type, body), or nothing once the server has hung up
sub next_message
{
	my ($self, $timeout) = @_;
	my $deadline = time + ($timeout // 60);
	my $head = $self->receive(5, $deadline) // return;
	my ($type, $length) = unpack 'aN', $head;
	my $body = $length > 4 ? $self->receive($length - 4, $deadline) : '';
	return defined $body ? ($type, $body) : ();
}

sub fields
{
	my ($body) = @_;
	return { map { (substr($_, 0, 1), substr($_, 1)) } grep { length } split /\0/, $body };
}

# A password as it is asked for, which takes a while to compute
my %salted;
sub salted
{
	my ($salt, $rounds, $password) = @_;
	my $u = hmac_sha256(decode_base64($salt) . pack('N', 1), $password);
	my $salted = $u;
	for (2 .. $rounds)
	{
		$u = hmac_sha256($u, $password);
		$salted ^= $u;
	}
	return $salted;
}

sub authenticate
{
	my ($self, $password) = @_;
	my ($key, $message, $bare);
	while (1)
	{
		my ($type, $body) = $self->next_message or die "08006 the server hung up\n";
		if ($type eq 'E')
		{
			my $e = fields($body);
			die "$e->{C} $e->{M}\n";
		}
		die "unexpected message $type\n" if $type ne 'R';
		my $step = unpack 'N', $body;
		return if $step == 0;
		if ($step == 10)
		{
			$bare = 'n=,r=' . encode_base64(join('', map { chr int rand 256 } 1 .. 18), '');
			my $first = "n,,$bare";
			$self->message('p', "SCRAM-SHA-256\0" . pack('N', length $first) . $first);
		}
		elsif ($step == 11)
		{
			my $challenge = substr $body, 4;
			my ($nonce, $salt, $rounds) = $challenge =~ /^r=([^,]*),s=([^,]*),i=(\d+)/ or die "SCRAM: $challenge\n";
			$key = hmac_sha256('Client Key', $salted{"$salt,$rounds,$password"} //= salted($salt, $rounds, $password));
			$message = "$bare,$challenge,c=biws,r=$nonce";
			my $proof = $key ^ hmac_sha256($message, sha256($key));
			$self->message('p', "c=biws,r=$nonce,p=" . encode_base64($proof, ''));
		}
		elsif ($step != 12)
		{
			die "authentication method $step\n";
		}
	}
}

sub row
{
	my ($body) = @_;
	my $at = 2;
	my @row;
	for (1 .. unpack 'n', $body)
	{
		my $length = unpack 'l>', substr $body, $at, 4;
		$at += 4;
		push @row, $length < 0 ? undef : substr $body, $at, $length;
		$at += $length if $length > 0;
	}
	return \@row;
}

# All answers up to one of the message types in $until, usually ReadyForQuery
sub collect
{
	my ($self, $until, $timeout) = @_;
	$until //= 'Z';
	my %r = (rows => [], tags => [], errors => [], notices => [], columns => [], params => [], types => '', copied => '');
	while (my ($type, $body) = $self->next_message($timeout))
	{
		$r{types} .= $type if $type !~ /[SK]/;
		if ($type eq 'D') { push @{ $r{rows} }, row($body) }
		elsif ($type eq 'C') { push @{ $r{tags} }, substr $body, 0, -1 }
		elsif ($type eq 'E') { push @{ $r{errors} }, fields($body) }
		elsif ($type eq 'N') { push @{ $r{notices} }, fields($body) }
		elsif ($type eq 'T')
		{
			push @{ $r{columns} }, substr($body, 2) =~ /\G([^\0]*)\0.{18}/gs;
		}
		elsif ($type eq 't') { push @{ $r{params} }, unpack 'x2N*', $body }
		elsif ($type eq 'd') { $r{copied} .= $body }
		elsif ($type eq 'V')
		{
			my $length = unpack 'l>', $body;
			$r{value} = $length < 0 ? undef : substr $body, 4;
		}
		elsif ($type eq 'K') { @{$self}{qw(pid key)} = unpack 'NN', $body }
		elsif ($type eq 'S')
		{
			my ($name, $value) = split /\0/, $body;
			$self->{parameter}{$name} = $value;
		}
		elsif ($type eq 'Z') { $self->{transaction} = $body }
		return \%r if index($until, $type) >= 0;
	}
	$r{gone} = 1;
	return \%r;
}

sub query
{
	my ($self, $sql, $timeout) = @_;
	$self->message('Q', "$sql\0");
	return $self->collect('ZG', $timeout);    # a COPY FROM STDIN asks for data
}

# Instead of the data that a COPY FROM STDIN asks for
sub copy_fail
{
	my ($self) = @_;
	$self->message('f', "no more\0");
	return $self->collect;
}

sub parse
{
	my ($self, $name, $sql, @types) = @_;
	return $self->message('P', "$name\0$sql\0" . pack 'nN*', scalar @types, @types);
}

# Values as text unless $format is 1; results in the formats of a list
sub bind
{
	my ($self, $portal, $name, $values, $results, $format) = @_;
	my $packed = join '', map { defined $_ ? pack('N/a*', $_) : pack 'l>', -1 } @{ $values // [] };
	return $self->message('B', "$portal\0$name\0" . pack('nn', 1, $format // 0)
		  . pack('n', scalar @{ $values // [] }) . $packed . pack 'nn*', scalar @{ $results // [] }, @{ $results // [] });
}

sub describe { my ($self, $kind, $name) = @_; return $self->message('D', "$kind$name\0"); }
sub execute { my ($self, $portal, $rows) = @_; return $self->message('E', "$portal\0" . pack 'N', $rows // 0); }

sub sync
{
	my ($self) = @_;
	$self->message('S', '');
	return $self->collect;
}

# The whole of the extended protocol for one statement
sub extended
{
	my ($self, $sql, @values) = @_;
	$self->parse('', $sql);
	$self->bind('', '', \@values);
	$self->describe('P', '');
	$self->execute('', 0);
	return $self->sync;
}

# The fastpath message; arguments as text unless $format is 1, result as text
sub fastpath
{
	my ($self, $oid, $values, $format) = @_;
	my $packed = join '', map { defined $_ ? pack('N/a*', $_) : pack 'l>', -1 } @$values;
	$self->message('F', pack('Nnnn', $oid, 1, $format // 0, scalar @$values) . $packed . pack 'n', 0);
	return $self->collect;
}

# A CancelRequest on a connection of its own
sub cancel
{
	my ($self, $pid, $key) = @_;
	my $other = bless { buffer => '' }, ref $self;
	$other->dial;
	$other->raw(pack 'NNNN', 16, 80877102, $pid // $self->{pid}, $key // $self->{key});
	sysread $other->{socket}, my $nothing, 1;    # answered by hanging up
	return;
}

sub finish
{
	my ($self) = @_;
	$self->message('X', '');
	close $self->{socket};
	return;
}

1;
