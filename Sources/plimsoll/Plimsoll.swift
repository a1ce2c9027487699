@main struct Plimsoll { static func main() {} }
